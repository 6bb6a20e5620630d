import { expect, test } from 'vitest'

import { secretOf } from './otp-url'

test('the secret can be typed in groups of four', () => {
  expect(secretOf('otpauth://totp/Tacit:ada%40example.test?secret=GEZDGNBVGY&issuer=Tacit')).toBe(
    'GEZD GNBV GY',
  )
  expect(secretOf('otpauth://totp/Tacit:ada')).toBe('')
})
