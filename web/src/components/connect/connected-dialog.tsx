import { useMutation } from '@tanstack/react-query'
import { Download, Play } from 'lucide-react'
import { useState } from 'react'

import { errorText } from '~/api/client'
import { type Connected, type TestResult, testConnection } from '~/api/connect'
import { BASE } from '~/lib/base'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { CodeBlock } from '~/ui/copy'
import { Dialog } from '~/ui/dialog'
import { CheckField } from '~/ui/field'
import { Note } from '~/ui/page'
import { Tabs } from '~/ui/tabs'
import { saveEnv } from '../shown-once'
import styles from './connect.module.css'
import { SNIPPETS, type Snippet } from './snippets'

type ConnectedProps = {
  connected: Connected
  place: { project: string; environment: string; key: string }
  onDone: () => void
}

/** The commands with the client secret in them, shown this once, and a test of them. */
export function ConnectedDialog({ connected, place, onDone }: ConnectedProps) {
  const [safe, setSafe] = useState(false)
  const [tab, setTab] = useState<Snippet>('curl')
  const test = useMutation({ mutationFn: () => testConnection(connected, place) })
  const snippet = SNIPPETS[tab]({ url: location.origin + BASE, ...place, ...connected })
  return (
    <Dialog
      title={text.connect.doneTitle}
      hint={text.connect.doneHint}
      shape="wide"
      guarded
      onClose={onDone}
      footer={
        <Button look="primary" disabled={!safe} title={safe ? undefined : text.once.wait} onClick={onDone}>
          {text.once.done}
        </Button>
      }
    >
      <Tabs<Snippet>
        label={text.connect.title}
        tabs={[
          { key: 'curl', label: text.connect.curl },
          { key: 'cli', label: text.connect.cli },
          { key: 'node', label: text.connect.node },
          { key: 'python', label: text.connect.python },
        ]}
        chosen={tab}
        onChoose={setTab}
      >
        <CodeBlock text={snippet} what={text.connect[tab]} onCopied={() => setSafe(true)} />
      </Tabs>
      <div>
        <Button icon={<Play size={15} />} busy={test.isPending} onClick={() => test.mutate()}>
          {text.connect.test}
        </Button>{' '}
        <Button
          icon={<Download size={15} />}
          onClick={() => {
            saveEnv(connected.clientId, connected.clientSecret)
            setSafe(true)
          }}
        >
          {text.once.download}
        </Button>
      </div>
      <div role="status">
        {test.error && <Note tone="danger">{errorText(test.error)}</Note>}
        {test.data && <Tested result={test.data} />}
      </div>
      <CheckField
        label={text.once.stored}
        checked={safe}
        onChange={(event) => setSafe(event.target.checked)}
      />
    </Dialog>
  )
}

/** Both answers as the application would get them; the server cuts the access token. */
function Tested({ result: { login, read } }: { result: TestResult }) {
  const passed = login.status === 200 && read?.status === 200
  return (
    <Note tone={passed ? 'success' : 'danger'}>
      {[login, read].map(
        (step) =>
          step && (
            <div key={step.path}>
              <p>
                {text.connect.testResult(
                  step.method,
                  step.path.split('?')[0] ?? '',
                  step.status,
                  step.milliseconds,
                )}
              </p>
              <pre className={styles.body}>{JSON.stringify(step.body, null, 1)}</pre>
            </div>
          ),
      )}
    </Note>
  )
}
