# Why a session ended. The ids are the names in access::EndReason.

end-engineer-closed = The engineer's side closed the connection. When the work is done, file the work report.
end-target-closed = The target closed the connection. To go on, connect again within the granted time.
end-target-unreachable = The target could not be reached. Ask the hospital whether the server is running.
end-deadline = The granted time is over, so the session was ended. To go on, request an extension or a new visit.
end-ended-by = A person of the hospital ended the session. Ask the hospital why.
end-ended-locally = The gateway's operator ended the session. Ask the hospital why.
end-signed-out = The engineer signed out, so the session was ended. Sign in again to go on.
end-isolated = The site was isolated, so the session was ended. Wait for word from the hospital.
end-vendor-suspended = The vendor was suspended, so the session was ended. Contact the hospital.
end-person-suspended = The person was suspended or their factors were reset, so the session was ended. Contact the hospital.
end-device-suspended = The device was suspended, so the session was ended. Contact the hospital.
end-target-suspended = The target was suspended, so the session was ended. Ask the hospital when it will be back.
end-target-pin-changed = The target's registered address or host key was changed, so the session was ended. Make a new request.
end-grant-withdrawn = The grant was withdrawn, so the session was ended. Ask the hospital why.
end-source-withdrawn = Your address was taken off the list, so the session was ended. Connect from a listed place.
end-quota-used-up = The recording quota is used up, so the session was ended. File the work report and request the rest as a new visit.
end-recorder-failed = The session could no longer be recorded, so it was ended. Wait until the hospital's operator has checked the disk.
end-ledger-unavailable = The ledger could no longer be written, so the session was ended. Wait until the hospital's operator has checked the disk.
end-attendant-missing = The target needs an attendant and none was there, so the session was ended. Ask the hospital when somebody attends, and connect again within the granted time.
end-target-key-differs = The target showed another host key than the registered one, so nothing was opened. It may be another server. Contact the hospital.
end-target-refused-login = The target did not accept the login that is registered. Ask the hospital's operator to check it.
end-target-without-tls = The target did not offer the encryption (TLS) that is registered for it, so nothing was opened. It may be another server. Contact the hospital.
end-reader-can-write = The database says that the account that is to read alone may do more, so nothing was opened. Ask the hospital's operator to check the account's rights.
end-data-used-up = The visit has taken out of the target as much as was granted, so the session was ended. If you need more, ask for a new visit with more.
end-gateway-stopped = The gateway was stopped, so the session was ended. Ask the hospital when it will be back.
end-interrupted = The gateway stopped unexpectedly and the session broke off. When it is back, check the state of your work and connect again if needed.
