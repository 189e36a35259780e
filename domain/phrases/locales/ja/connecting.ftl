# 施設につながらない理由。識別子は tunnel::ConnectError の名前。

connect-address-unknown = アドレス { $address } が見つかりません。「名前:ポート」の形と入力、ネットワークの接続を確かめてください。
connect-name-not-possible = { $name } は名前として使えません。招待状にある名前を確かめてください。
connect-own-identity = この端末の鍵または証明書が使えません({ $cause })。病院に端末の招待状を依頼して、登録し直してください。
connect-own-trust = 保存してある施設の証明書が使えません({ $cause })。病院に新しい招待状を依頼して、登録し直してください。
connect-bind = この端末のアドレス { $address } からは接続できません({ $cause })。指定したアドレスを確かめてください。
connect-unreachable = { $address } につながりません({ $cause })。ネットワークの接続と、ゲートウェイが動いているかを確かめてください。
connect-timed-out = { $seconds } 秒待ちましたが、返事がありません。アドレスと、途中の機器が通信を止めていないかを確かめてください。
connect-closed-without-answer = 相手が返事をせずに接続を閉じました。病院に登録された拠点から接続しているか、名前が正しいかを確かめてください。
connect-pinned-ca-differs = 相手の証明書は、登録した施設のものではありません。通信が横取りされているおそれがあるため、中止しました。病院へ電話して知らせてください。
connect-name-differs = 相手の証明書の名前が { $name } ではないため、中止しました。名前を確かめ、正しいはずなら病院へ電話して知らせてください。
connect-not-valid-now = 施設の証明書が、今は有効ではありません。この端末の時計を確かめ、正しければ病院に連絡してください。
connect-not-a-server = 相手が示したものは、サーバの証明書ではないため、中止しました。アドレスを確かめ、正しければ病院に連絡してください。
connect-certificate-refused = この端末の証明書が受け付けられませんでした。端末が停止中か、期限切れの可能性があります。病院に確かめ、必要なら登録し直してください。
connect-certificate-required = ここでは登録済みの端末が必要です。先に招待状で登録してください(sekisho join)。
connect-protocol-refused = 相手がこのプログラムの通信方式に対応していません。両方の版を確かめ、古いほうを更新してください。
connect-key-exchange-refused = 相手が安全な鍵交換(X25519MLKEM768)に対応していないため、中止しました。両方の版を確かめ、古いほうを更新してください。
connect-tls = 暗号化された通信を始められませんでした({ $cause })。アドレスを確かめ、続くときは病院に連絡してください。
connect-io = 接続が途中で切れました({ $cause })。ネットワークを確かめて、もう一度接続してください。
