# 体験(sekisho demo)の文。
demo-hospital = 体験病院
demo-clerk = 佐藤(事務長)
demo-engineer = 田中(保守作業者)
demo-vendor = 関所医療システム
demo-other-vendor = 別の事業者
demo-purpose = 月次の定期点検
demo-plan = 作業計画書: 状態を確認し、記録を残す。切戻しは不要。
demo-report = 作業報告書: 状態を確認した。変更なし。
demo-founded = 施設を作り、ゲートウェイを { $address } で動かしました。復旧キットと、一度だけ使える初回設定コードができました。初期パスワードはどこにもありません。
demo-clerk-joined = 事務長が初回設定コードで自分の合言葉とワンタイムコードを設定し、サインインしました。
demo-kit-sealed = 復旧キットの二枚を試し、封をしました。ここまでは誰も接続できません。
demo-relay = 病院の外の中継点({ $address })につながりました。病院は、どのポートも外に開けていません。
demo-no-sshd = 体験の接続先にする OpenSSH サーバを動かせません({ $cause })。「apt-get install openssh-server openssh-client」のあと、もう一度お試しください。
demo-secret = 接続先に入る鍵は金庫の中で作りました。作業者はその鍵を見ることがありません。
demo-fetched = 許可されたフォルダのファイルを受け取りました: { $file }
demo-attended = 事務長が作業({ $session })に立ち会い、画面を見ています。問題があったとして、強制切断します。
demo-try-port-forwarding = 許可にないポート転送をする(ssh -W)
demo-try-download-outside-terms = 許可されていないフォルダのファイルを持ち出す(sftp get)
demo-engineer-joined = 事業者の作業者が招待で端末を登録しました。端末の言葉: { $words }
demo-words-compared = 事務長が電話で言葉を照合し、端末を確認しました。
demo-target-registered = 接続先「{ $target }」を登録し、住所を固定しました。
demo-requested = 作業者が作業計画書を付けて申請しました({ $request })。
demo-approved = 事務長が承認しました({ $request })。
demo-opened = 接続しました({ $session })。すべてのバイトは、先に記録してから送ります。
demo-worked = 接続先の答え: { $answer }
demo-waiting = 許可の終わりを待ちます…
demo-ended = 接続が終わりました。{ $reason }
demo-reported = 作業者が作業報告書を出しました。
demo-difference = 照合で見つかった違い: { $difference }
demo-receipt = 受領証は正しく検証できました。外部の証人: { $cosigned }。
demo-recording = 操作記録({ $bytes } バイト)は正しく検証できました。
demo-ledger = 証跡台帳({ $size } 件)は、取り出したファイルだけで正しく検証できました。
demo-refused = 断られたこと: { $attempt }
    答え: { $answer }
demo-let-through = 通ってはいけないものが通りました: { $attempt }
demo-try-wrong-address = 正しい作業者が、別の事業者の住所から接続する
demo-try-unlisted-address = 登録のない住所から接続する
demo-try-unknown-device = 登録のない端末で接続する
demo-try-self-approval = 作業者が自分の申請を承認する
demo-try-used-code = 使ったワンタイムコードをもう一度使う
demo-try-after-deadline = 許可の時間が過ぎてから接続する
demo-did-not-hold = 守られるべきことが守られませんでした。上の行を確かめてください。
demo-did-not-end = 接続が期限で終わりませんでした。
demo-held = すべて守られました({ $seconds } 秒)。
demo-purpose-waiting = 帳票が印刷されない障害の調査と修正
demo-patients-waiting = 印刷できない患者の帳票を開いて確かめるため
demo-console = 画面を開けます: { $console }
    この体験の証明書は体験病院のものなので、ブラウザが注意を出します。「詳細設定」から進んでください。
    事務長として ログイン名 { $login }  パスフレーズ { $passphrase }
demo-console-engineer = 作業者として入るには、別の端末で: { $command }
demo-console-browse = ブラウザーで入るには(作業者の端末の証明書を使います): { $command }
    作業者として ログイン名 { $login }  パスフレーズ { $passphrase }
demo-console-engineer-code = 作業者の確認コード: { $code }
demo-console-code = 事務長の確認コード: { $code }(一度だけ使えます。Enter で新しいコード、Ctrl-C で終わり)
