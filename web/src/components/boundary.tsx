import { Component, type ReactNode } from 'react'

import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { EmptyState } from '~/ui/page'

/** Catches what a page threw while drawing, so that the rest of the browser's tab stays usable. */
export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    if (!this.state.failed) return this.props.children
    return (
      <main>
        <EmptyState title={text.failure.title} hint={text.failure.hint}>
          <Button look="primary" onClick={() => location.reload()}>
            {text.failure.reload}
          </Button>
        </EmptyState>
      </main>
    )
  }
}
