// The tests of accessibility, on a server of their own: they take as long as all others together.
import './set-up.js'
import './accessibility.js'
