import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { meQuery, useChangePassword, useRename } from '~/api/account'
import { problemOf } from '~/api/client'
import { lettersAreOn, turnLetters } from '~/lib/shortcuts'
import { text } from '~/lib/text'
import { chooseTheme, storedTheme, type Theme } from '~/lib/theme'
import { CheckField, SelectField, TextField } from '~/ui/field'
import { Form } from '~/ui/form'
import { Page, Section, Skeleton } from '~/ui/page'
import { toast } from '~/ui/toast'
import { ApiKeysSection } from './api-keys-section'
import { DeleteAccountSection } from './delete-account-section'
import { EmailSection } from './email-section'
import { PasskeysSection } from './passkeys-section'
import styles from './profile-page.module.css'
import { SecondFactorSection } from './second-factor-section'
import { SessionsSection } from './sessions-section'

const PASSWORD_MIN = 12

/** The settings of the person who is signed in. */
export default function ProfilePage() {
  return (
    <Page title={text.profile.title}>
      <NameSection />
      <EmailSection />
      <PasswordSection />
      <SecondFactorSection />
      <PasskeysSection />
      <ThemeSection />
      <KeyboardSection />
      <SessionsSection />
      <ApiKeysSection />
      <DeleteAccountSection />
    </Page>
  )
}

function NameSection() {
  const me = useQuery(meQuery)
  const rename = useRename()
  if (!me.data) return <Skeleton rows={3} />
  return (
    <Section title={text.profile.name}>
      <Form
        className={styles.form}
        submit={text.common.save}
        busy={rename.isPending}
        error={problemOf(rename.error)}
        onSubmit={(form) =>
          rename.mutate(
            { firstName: String(form.get('first')).trim(), lastName: String(form.get('last')).trim() },
            { onSuccess: () => toast(text.settings.saved) },
          )
        }
      >
        <TextField
          label={text.profile.first}
          name="first"
          autoComplete="given-name"
          defaultValue={me.data.firstName ?? ''}
          maxLength={64}
          required
        />
        <TextField
          label={text.profile.last}
          name="last"
          autoComplete="family-name"
          defaultValue={me.data.lastName ?? ''}
          maxLength={64}
        />
      </Form>
    </Section>
  )
}

function PasswordSection() {
  const change = useChangePassword()
  // A changed password makes a new form, which is empty.
  const [times, setTimes] = useState(0)
  return (
    <Section title={text.profile.password} hint={text.profile.passwordHint}>
      <Form
        key={times}
        className={styles.form}
        submit={text.profile.change}
        busy={change.isPending}
        error={problemOf(change.error)}
        onSubmit={(form) =>
          change.mutate(
            { oldPassword: String(form.get('old')), newPassword: String(form.get('new')) },
            {
              onSuccess: () => {
                setTimes(times + 1)
                toast(text.profile.changed)
              },
            },
          )
        }
      >
        <TextField
          label={text.profile.old}
          name="old"
          type="password"
          autoComplete="current-password"
          required
        />
        <TextField
          label={text.profile.new}
          name="new"
          type="password"
          autoComplete="new-password"
          minLength={PASSWORD_MIN}
          hint={text.setup.passwordHint}
          required
        />
      </Form>
    </Section>
  )
}

function ThemeSection() {
  const [theme, setTheme] = useState(storedTheme)
  return (
    <Section title={text.profile.theme} hint={text.profile.themeHint}>
      <div className={styles.form}>
        <SelectField
          label={text.profile.theme}
          value={theme}
          onChange={({ target: { value } }) => {
            setTheme(value as Theme)
            chooseTheme(value as Theme)
          }}
        >
          <option value="system">{text.navigation.system}</option>
          <option value="light">{text.navigation.light}</option>
          <option value="dark">{text.navigation.dark}</option>
        </SelectField>
      </div>
    </Section>
  )
}

function KeyboardSection() {
  const [on, setOn] = useState(lettersAreOn)
  return (
    <Section title={text.shortcuts.setting} hint={text.shortcuts.settingHint}>
      <CheckField
        label={text.shortcuts.letters}
        hint={text.shortcuts.lettersHint}
        checked={on}
        onChange={(event) => {
          setOn(event.target.checked)
          turnLetters(event.target.checked)
        }}
      />
    </Section>
  )
}
