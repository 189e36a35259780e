# Why joining did not work.

join-certificate-failed = The gateway could not make the device's certificate. Tell the hospital's operator, and join again later.
join-code-wrong = The one-time code is wrong. Enter the six digits that your authenticator app shows now.
join-device-request = The device's enrolment is not well formed. Update this program and join again.
join-passphrase-needed = There is no passphrase. Choose one and join again.
