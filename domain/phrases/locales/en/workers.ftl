# What reads what targets send (a worker): when it crashed; what the doctor says

end-worker-crashed = What reads the data that the target sends crashed, so the session was ended. It is recorded up to there. Connect again. If it happens again, contact the hospital.
finding-worker = What reads the data that a target sends crashed in the midst of a session ({ $detail }). Only the sessions that it carried ended, and their recordings are closed. If it happens again, the target may have been broken into: suspend it, and look at the recording.
notice-worker-subject = Sekisho: What reads a target's data crashed ({ $hospital })
notice-worker-text = What reads the data that a target sends crashed in the midst of a session. Only the sessions that it carried ended, and their recordings are closed. Which session it was, and what to do, stands in the console.
notify-about-worker = What reads a target's data crashed
cli-doctor-workers-held = What reads data of targets reaches no file, no network and no other program.
cli-doctor-workers-partly = What reads data of targets is kept from system calls, and from files as far as this kernel can. Linux 6.12 or newer can do all of it.
cli-doctor-workers-not-held = What reads data of targets is kept from system calls alone: this kernel has no Landlock. Switch it on (lsm=landlock,...) or use Linux 6.12 or newer.
cli-doctor-without-old-tls = The program sekisho-old-tls does not lie beside sekisho. It is needed only for targets with TLS 1.0 or 1.1: install it there, and start the gateway anew.
