import type { Tag } from '~/api/projects'
import { isSecretName } from '~/lib/secret-name'
import { text } from '~/lib/text'
import { CheckField, TextArea, TextField } from '~/ui/field'

/** What is being typed about a secret. */
export type Draft = { key: string; comment: string; tagIds: string[] }

/** What belongs to a secret beside its value: key, comment and tags. */
export function DetailsTab({
  draft,
  tags,
  onChange,
}: {
  draft: Draft
  tags: Tag[]
  onChange: (draft: Draft) => void
}) {
  const { key, comment, tagIds } = draft
  const withTag = (id: string, isOn: boolean) => (isOn ? [...tagIds, id] : tagIds.filter((one) => one !== id))
  return (
    <>
      <TextField
        label={text.details.rename}
        value={key}
        error={isSecretName(key) ? undefined : text.quickAdd.badName}
        onChange={(event) => onChange({ ...draft, key: event.target.value })}
      />
      <TextArea
        label={text.details.comment}
        hint={text.details.commentHint}
        value={comment}
        onChange={(event) => onChange({ ...draft, comment: event.target.value })}
      />
      <fieldset>
        <legend>{text.details.tags}</legend>
        {tags.length === 0 && <p>{text.details.noTags}</p>}
        {tags.map((tag) => (
          <CheckField
            key={tag.id}
            label={tag.slug}
            checked={tagIds.includes(tag.id)}
            onChange={(event) => onChange({ ...draft, tagIds: withTag(tag.id, event.target.checked) })}
          />
        ))}
      </fieldset>
    </>
  )
}
