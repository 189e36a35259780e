# 鍵の保管庫のパスフレーズを、機器の TPM に預けます。
cli-help-site-tpm = 鍵の保管庫のパスフレーズを、この機器の TPM に預けます
cli-help-site-tpm-seal = TPM にパスフレーズを預けます。以後は人がいなくてもゲートウェイが起動します
cli-help-site-tpm-seal-arg-passphrase-file = パスフレーズのファイル(省略時は尋ねます)
cli-help-site-tpm-test = TPM で鍵の保管庫が開くか確かめます
cli-help-site-tpm-forget = TPM に預けるのをやめます。起動のたびにパスフレーズが要ります
cli-ask-key-passphrase = 鍵の保管庫のパスフレーズ:
cli-tpm-sealed = この機器の TPM にパスフレーズを預けました。人がいなくてもゲートウェイが起動します。パスフレーズの控えは、紙で保管し続けてください。TPM が壊れたり消去されたりしたときは、それだけが鍵を開きます。
cli-tpm-opens = この機器の TPM で、鍵の保管庫が開きます。
cli-tpm-keeps-nothing = この施設のパスフレーズは TPM に預けられていません。「sekisho site tpm seal」で預けます。
tpm-no-tools = tpm2-tools が入っていません。apt install tpm2-tools で入れてください。
tpm-none = TPM 2.0 が応答しないか、このユーザーには使えません(グループ tss に加えてください)。それまでは --passphrase-file で起動できます。{ $cause }
tpm-another = パスフレーズを預けた TPM ではないか、TPM が消去されています。--passphrase-file で起動してから、「sekisho site tpm seal」をやり直してください。
tpm-owners-password = TPM の所有者パスワードが設定されているため、ゲートウェイは TPM を使えません。解除する(tpm2_changeauth -c owner -p 今のパスワード)か、--passphrase-file で起動してください。
tpm-lockout = ほかの操作でのパスワードの誤りが続いたため、TPM が一時的に応じません。しばらく待つか、--passphrase-file で起動してください。{ $cause }
tpm-silent = TPM が時間内に応答しません。やり直すか、--passphrase-file で起動してください。
tpm-damaged = TPM に預けた内容のファイル(keys.tpm)が壊れています。--passphrase-file で起動してから、「sekisho site tpm seal」をやり直してください。
tpm-failed = TPM でエラーが起きました。--passphrase-file で起動してから、「sekisho site tpm test」で確かめてください。{ $cause }
