// All browser tests, in this order: the first begins with an empty server and the others go on from what it made.
import './quick-start.js'
import './secrets.js'
import './keyboard.js'
import './sessions.js'
import './settings.js'
import './folders.js'
import './budget.js'
import './accessibility.js'
