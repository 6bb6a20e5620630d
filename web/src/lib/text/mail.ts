/** What the dashboard says about mails: a forgotten password, an e-mail that is to be verified, invitations. */
export const mail = {
  forgotPassword: {
    link: 'Forgot password?',
    title: 'Set a new password',
    hint: 'We mail you a link for it.',
    submit: 'Mail me a link',
    sent: 'If there is an account with this e-mail, a link is on its way. It works once, for 30 minutes.',
    noMail:
      'This server sends no mail, so it cannot send you a link. Ask the person who runs it: they can make one on the machine, with tacit reset-password.',
    back: 'Back to sign in',
  },
  passwordReset: {
    title: 'Choose a new password',
    submit: 'Set the password',
    done: 'Your new password is set, and all sessions have ended.',
    invalid: 'This link is not complete. Open it again from the mail, or ask for a new one.',
    again: 'Ask for a new link',
    signIn: 'Sign in',
  },
  emailVerification: {
    title: 'E-mail',
    verified: 'verified',
    unverified: 'not verified',
    hint: 'Show that mail to this address reaches you.',
    send: 'Mail me a code',
    sent: 'A code of six digits is on its way. It works once, for 15 minutes.',
    code: 'Code',
    submit: 'Verify',
    done: 'Your e-mail is verified.',
  },
  invitationMails: {
    title: 'Invitations sent',
    hint: 'Each mail holds a link that is good once, for 7 days.',
    sentTo: (emails: string) => `Mail is on its way to ${emails}.`,
    resend: (person: string) => `Send the invitation again: ${person}`,
    resent: (email: string) => `A new invitation is on its way to ${email}.`,
    newLink: (person: string) => `Make a new link: ${person}`,
    newLinkTitle: 'New invitation link',
    newLinkHint: 'The link before it works no more.',
  },
} as const
