# The ledger at a collector of the hospital's.
finding-log-out-behind = The collector of logs has not been reached, or did not confirm what it was sent ({ $detail } entries waiting). Nothing is lost: the gateway sends them when it answers again. Check the collector and the network.
finding-log-out-untrusted = Nothing is sent to the collector of logs: its certificate, or ours, is not accepted ({ $detail } entries waiting). Check log_out in site.toml and the collector's certificate.
