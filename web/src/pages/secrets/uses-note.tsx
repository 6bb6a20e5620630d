import { type Change, cellKey } from '~/lib/pending'
import { text } from '~/lib/text'
import { isRenamed, type Uses } from '~/lib/uses'
import { CheckField } from '~/ui/field'
import { Note } from '~/ui/page'

/** Users that are named; the number says how many there are. */
const NAMED_MAX = 5

/** Says who refers to a secret that is deleted or renamed, and offers to take the references along. */
export function UsesNote(props: { change: Change; uses: Uses; onRewrite: (rewrites: boolean) => void }) {
  const { change, uses } = props
  const words = text.references
  const named = uses.places.slice(0, NAMED_MAX).map(({ environment, folder, key }) => {
    const path = folder === '/' ? '/' : `${folder}/`
    return `${environment}:${path}${key}`
  })
  const isMore = uses.places.length > named.length
  const isRewritten = isRenamed(change) && change.rewriteReferences
  return (
    <Note tone={isRewritten ? 'plain' : 'warning'}>
      <p>
        {words.usedBy(uses.places.length)}{' '}
        {!isRewritten && (isRenamed(change) ? words.renamed : words.deleted)}{' '}
        {!uses.isComplete && words.incomplete}
      </p>
      {named.length > 0 && (
        <p>
          <code>{named.join(', ')}</code>
          {isMore && ' …'}
        </p>
      )}
      {isRenamed(change) && (
        <CheckField
          label={words.rewrite}
          name={`rewrite ${cellKey(change)}`}
          checked={Boolean(change.rewriteReferences)}
          onChange={(event) => props.onRewrite(event.target.checked)}
        />
      )}
    </Note>
  )
}
