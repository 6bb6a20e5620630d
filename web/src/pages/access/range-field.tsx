import { RANGES } from '~/lib/given-roles'
import { text } from '~/lib/text'
import { SelectField } from '~/ui/field'

/** How long something counts; the field is called `range`, and empty for good. */
export function RangeField({ start = '1h' }: { start?: string }) {
  return (
    <SelectField label={text.privileges.for} name="range" defaultValue={start} autoFocus>
      {RANGES.map((range) => (
        <option key={range} value={range}>
          {text.givenRoles.ranges[range]}
        </option>
      ))}
      <option value="">{text.givenRoles.forGood}</option>
    </SelectField>
  )
}
