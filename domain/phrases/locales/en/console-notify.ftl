# What messages say. Only what anybody on the way may read: firm, hours, a number, a link. No name of a person, no purpose, nothing of a patient.

notice-open = Open
notice-foot = Follow the link and sign in to see what it is about. This message takes no reply.

notice-request-subject = [Sekisho] Request { $number } waits for an answer ({ $hospital })
notice-request-text = { $vendor } asks to connect, from { $from } until { $until }. Without an answer by { $due } it is refused by itself.
notice-unanswered-subject = [Sekisho] Request { $number } was refused: nobody answered ({ $hospital })
notice-unanswered-text = The request of { $vendor } was refused because nobody answered it in time. If it is still needed, ask again.
notice-emergency-subject = [Sekisho] Opened in an emergency: request { $number } ({ $hospital })
notice-emergency-text = Request { $number } of { $vendor } was opened in an emergency, without waiting for an approval. Look at it, and approve it afterwards or say that it was not right.
notice-debt-subject = [Sekisho] Approval afterwards is still owed: request { $number } ({ $hospital })
notice-debt-text = The emergency opening for { $vendor } (request { $number }) has not been approved afterwards. Until it is, that firm cannot connect again.
notice-session-began-subject = [Sekisho] A session began ({ $hospital })
notice-session-began-text = Session { $number } of { $vendor } began.
notice-session-ended-subject = [Sekisho] A session ended ({ $hospital })
notice-session-ended-text = Session { $number } of { $vendor } ended.
notice-report-subject = [Sekisho] A work report is overdue: visit { $number } ({ $hospital })
notice-report-text = The work report of visit { $number } of { $vendor } is overdue. Until it is filed, that engineer's next request is refused.
notice-isolated-subject = [Sekisho] The site was isolated ({ $hospital })
notice-isolated-text = Every connection was cut. Two people must agree to lift it.
notice-device-subject = [Sekisho] Device { $number } waits to be confirmed ({ $hospital })
notice-device-text = Device { $number } of { $vendor } waits for its words to be compared. Call the vendor and hold what is read out against what you see.
notice-finding-subject = [Sekisho] Nothing new is admitted ({ $hospital })
notice-finding-text = Something is wrong at the gateway that stops new connections. What happened, and what to do, stands in the console.
notice-test-subject = [Sekisho] A test of your notifications ({ $hospital })
notice-test-text = This was sent to try your settings. If it has arrived, they work.

finding-nobody-told = If a request came, there would be nobody to tell. Set a way for one of the approvers (sekisho notify ways).
finding-undelivered = The last message did not arrive ({ $detail }). Check its way and the mail server (sekisho notify deliveries).

cli-notify-key = Messages are signed with this key; it is shown this once: { $key }
cli-notify-no-mail = No mail server is set.
cli-notify-within = A request that nobody answers within { $minutes } minutes is refused.
cli-notify-no-limit = A request waits until its window is over.
cli-notify-quiet = quiet hours: { $slots }
cli-notify-mail = mail
cli-notify-sent = sent
cli-notify-unreachable = the server cannot be reached
cli-notify-untrusted = the server's TLS or certificate does not count; nothing was sent
cli-notify-not-signed-in = the server refused the account or the address
cli-notify-rejected = the server refused the message
cli-notify-not-usable = a setting is missing
cli-notify-seen = opened { $at }
cli-ask-mail-password = Password of the mail account:
cli-ask-webhook = Address of the webhook (https://…):
