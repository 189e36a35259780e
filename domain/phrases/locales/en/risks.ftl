# Accepted risks of targets
cli-help-target-accept-risk = Accepts the risk on which a target rests (raw TCP, telnet, no encryption), or renews that
cli-help-target-accept-risk-arg-target = The target's id or name
cli-help-target-accept-risk-arg-reason = Why it is accepted, and what is done meanwhile; it is entered in the ledger
cli-help-target-accept-risk-arg-owner = Who answers for it: a person of the hospital
cli-help-target-accept-risk-arg-until = The last day, a year ahead at the farthest
cli-help-target-withdraw-risk = Accepts the risk of a target no more: its sessions end, and nobody enters
cli-help-target-withdraw-risk-arg-target = The target's id or name
cli-help-target-withdraw-risk-arg-reason = Why; it is entered in the ledger
cli-help-target-add-arg-risk-accepted = For raw TCP, telnet and old TLS: why that risk is accepted, and what is done meanwhile (it stands in the ledger)
cli-help-target-add-arg-risk-owner = Who answers for the accepted risk: a person of the hospital
cli-help-target-add-arg-risk-until = The last day of the accepted risk, a year ahead at the farthest
cli-help-target-pin-server-arg-risk-accepted = Why the risk is accepted, if it is not said with --plain-text-accepted
cli-help-target-pin-server-arg-risk-owner = For one without encryption: who answers for that risk
cli-help-target-pin-server-arg-risk-until = For one without encryption: the last day of that risk

risk-title = Accepted risk
risk-kind-no-tls = The server does not encrypt: whoever can look at the hospital's network reads and alters what passes.
risk-kind-old-tls = The server speaks only old encryption (TLS 1.0, 1.1 and the like): whoever can look at the hospital's network may break it, and read and alter what passes.
risk-kind-raw-tcp = Raw TCP: the gateway does not understand what passes, so nobody can say afterwards what was done.
risk-stands-holds = This risk is accepted. Visits are possible.
risk-stands-unowned = Nobody of the hospital answers for this risk. Name an owner and a last day before it ends.
risk-stands-ends-soon = This risk ends soon. Replace what rests on it, or renew it.
risk-stands-over = This risk is not accepted any more. Nobody enters this target until somebody accepts it.
risk-reason = Why it is accepted, and what is done meanwhile
risk-reason-hint = For raw TCP, telnet, and for servers without encryption or with old TLS. This reason stands in the ledger and every request for this target is marked.
risk-owner = Who answers for it
risk-owner-hint = A person of the hospital. They are told 30 days before the last day.
risk-last-day = Last day
risk-last-day-hint = A year ahead at the farthest. From the day after, nobody enters.
risk-until = Until
risk-accepted-by = Accepted by
risk-withdrawn-at = Withdrawn
risk-accept = Accept the risk
risk-accept-risk = Visits to this target are possible until the last day although it is not safe. Your name and the owner's stand in the ledger.
risk-renew = Renew it
risk-withdraw = Accept it no more
risk-withdraw-risk = Sessions at this target end now, and nobody enters until somebody accepts the risk again.
risk-withdraw-why = Why
done-risk-accepted = The risk is accepted.
done-risk-withdrawn = The risk is accepted no more. Nobody enters this target.

reason-risk-not-accepted = "{ $target }" rests on a risk (raw TCP, telnet, a server without encryption or with old TLS) that nobody has accepted. The hospital's operator accepts it with a reason, an owner and a last day: when the target is registered (--risk-owner, --risk-until), on its page, or with sekisho target accept-risk.
reason-risk-over = The accepted risk on which "{ $target }" rests ended ({ $until }; owner: { $owner }). Ask the hospital: its operator renews it on the target's page or with sekisho target accept-risk, or replaces what is not safe.
reason-risk-not-possible = This risk cannot be accepted so. Its owner is a person of the hospital who is not suspended, its last day is ahead and not farther than a year, and the target is one that rests on a risk.
reason-old-tls-not-possible = Old TLS is spoken with web consoles and RDP alone. Update the server of this target, or choose another way to know it.
end-risk-over = The risk that the hospital had accepted for this target ended or was withdrawn, so the session was ended. Ask the hospital to renew it.

unusual-raw-tcp = Nobody can say afterwards what was done at this target (raw TCP, a risk that the hospital accepted)
unusual-old-tls = What passes to this target is encrypted in an old way (TLS) that can be broken (a risk that the hospital accepted)

entry-risk-accepted = The risk of a target was accepted
entry-risk-withdrawn = The risk of a target is accepted no more

finding-risk-over = The accepted risk of a target ended, and nobody enters it ({ $detail }). Renew it on the page of the target, or replace what is not safe.
finding-risk-ends = The accepted risk of a target ends soon ({ $detail }). Replace what rests on it, or renew it on the page of the target.
finding-risk-unowned = Nobody of the hospital answers for the accepted risk of a target ({ $detail }). Name an owner and a last day on the page of the target; after that time nobody enters.

notice-risk-ends-subject = Sekisho: An accepted risk ends: { $target } ({ $hospital })
notice-risk-ends-text = The risk that was accepted for the target { $target } ends { $until }. After that nobody enters it for maintenance. Replace what is not safe, or renew it on the page of the target.
notice-risk-ended-subject = Sekisho: An accepted risk has ended: { $target } ({ $hospital })
notice-risk-ended-text = The risk that was accepted for the target { $target } ended { $until }. Nobody enters it for maintenance until somebody renews it on the page of the target.
notify-about-risk-ends = The accepted risk of target { $number } ends
notify-about-risk-ended = The accepted risk of target { $number } has ended
