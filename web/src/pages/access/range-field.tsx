import { RANGES } from '~/lib/given-roles'
import { text } from '~/lib/text'
import { SelectField } from '~/ui/field'

/** How long something counts; the field is called `range`, and empty for good. */
export function RangeField({ autoFocus = false }: { autoFocus?: boolean }) {
  return (
    <SelectField label={text.privileges.for} name="range" defaultValue="1h" autoFocus={autoFocus}>
      {RANGES.map((range) => (
        <option key={range} value={range}>
          {text.givenRoles.ranges[range]}
        </option>
      ))}
      <option value="">{text.givenRoles.forGood}</option>
    </SelectField>
  )
}
