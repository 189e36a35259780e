//! The inventory of keys, as data: what `site status` and the documents print (architecture §8).

/// The same sentence for Japanese and English readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bilingual {
    /// In Japanese.
    pub ja: &'static str,
    /// In English.
    pub en: &'static str,
}

/// What is to be known about one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyFact {
    /// Its name in the key store and in messages.
    pub name: &'static str,
    /// What it does.
    pub purpose: Bilingual,
    /// Where it lies.
    pub place: Bilingual,
    /// When it is unlocked.
    pub unlocked: Bilingual,
    /// How it is replaced.
    pub rotation: Bilingual,
    /// What follows if it is lost.
    pub if_lost: Bilingual,
    /// What follows if it is stolen.
    pub if_stolen: Bilingual,
}

const fn both(ja: &'static str, en: &'static str) -> Bilingual {
    Bilingual { ja, en }
}

const KEY_STORE: Bilingual = both(
    "鍵ファイル keys.sealed(起動時のパスフレーズまたは systemd の資格情報で封印)",
    "key store keys.sealed, sealed by a passphrase: typed at boot, kept by the TPM, or a systemd credential",
);
const AT_BOOT: Bilingual = both("起動時", "at boot");

/// Every key of a site.
pub fn inventory() -> &'static [KeyFact] {
    &INVENTORY
}

static INVENTORY: [KeyFact; 10] = [
    KeyFact {
        name: "site",
        purpose: both(
            "台帳のチェックポイントに署名する",
            "signs the ledger's checkpoints",
        ),
        place: KEY_STORE,
        unlocked: AT_BOOT,
        rotation: both(
            "旧い鍵または復旧キットの署名で交代する",
            "replaced under a signature of the old key or of the recovery kit",
        ),
        if_lost: both("復旧キットで再開する", "the recovery kit resumes the site"),
        if_stolen: both(
            "復旧キットで失効させる。証人がいつからかを示す",
            "the recovery kit revokes it; the witnesses show since when",
        ),
    },
    KeyFact {
        name: "ca",
        purpose: both(
            "端末とサーバーの証明書を発行する",
            "issues the certificates of devices and of the server",
        ),
        place: KEY_STORE,
        unlocked: AT_BOOT,
        rotation: both("毎年、新旧を重ねて交代する", "yearly, with an overlap"),
        if_lost: both(
            "復旧キットの下で作り直し、端末を登録し直す",
            "made anew under the recovery kit; devices enrol again",
        ),
        if_stolen: both(
            "サイトを隔離し、作り直す。証明書だけでは二要素にならない",
            "isolate the site and make it anew; a certificate alone is not two factors",
        ),
    },
    KeyFact {
        name: "console-tls",
        purpose: both("管理画面の TLS 証明書", "the console's TLS certificate"),
        place: both(
            "鍵ファイル。ACME または CA で発行",
            "key store; issued by ACME or by the CA",
        ),
        unlocked: AT_BOOT,
        rotation: both("自動", "automatic"),
        if_lost: both("発行し直す", "issue it again"),
        if_stolen: both("失効させ、発行し直す", "revoke it and issue it again"),
    },
    KeyFact {
        name: "vault",
        purpose: both(
            "接続先の資格情報とワンタイムコードの秘密を封印する",
            "seals the targets' credentials and the secrets of one-time codes",
        ),
        place: KEY_STORE,
        unlocked: AT_BOOT,
        rotation: both("封印し直す", "everything is sealed again"),
        if_lost: both(
            "復旧キットでバックアップから戻す",
            "restored from the backup with the recovery kit",
        ),
        if_stolen: both(
            "封印されていた秘密をすべて変更する",
            "change every secret that was sealed under it",
        ),
    },
    KeyFact {
        name: "ssh-host-key",
        purpose: both(
            "SSH で来た作業者に、この施設であることを示す",
            "shows engineers who come by SSH that this is the site",
        ),
        place: both("金庫(site.db の中で封印)", "vault, sealed in site.db"),
        unlocked: AT_BOOT,
        rotation: both(
            "作り直すと、作業者の known_hosts も改める",
            "made anew, the engineers' known_hosts change too",
        ),
        if_lost: both("バックアップから戻す", "restored from the backup"),
        if_stolen: both(
            "それだけでは何も読めない。TLS の内側でだけ示される",
            "nothing can be read with it alone; it is shown inside TLS only",
        ),
    },
    KeyFact {
        name: "target-secrets",
        purpose: both(
            "接続先にサインインする(パスワードまたは鍵)",
            "sign in to the targets: passwords or keys",
        ),
        place: both(
            "金庫(site.db の中で封印)。証跡台帳には番号だけ",
            "vault, sealed in site.db; the ledger has their numbers only",
        ),
        unlocked: both("接続を開くとき", "when a session is opened"),
        rotation: both(
            "sekisho secret rotate(PostgreSQL、MariaDB、SSH)。ほかは sekisho target secret と接続先の両方で変える",
            "sekisho secret rotate (PostgreSQL, MariaDB, SSH); otherwise sekisho target secret, and on the target itself",
        ),
        if_lost: both(
            "接続先で作り直し、登録し直す",
            "made anew on the target and set again",
        ),
        if_stolen: both(
            "接続先で変える。ゲートウェイを通らずに使えるかは病院の網による",
            "change it on the target; whether it works past the gateway is the hospital network's matter",
        ),
    },
    KeyFact {
        name: "recording",
        purpose: both(
            "各セッションの録画鍵を、閲覧と再生のために受け取る",
            "receives each session's recording key, for live view, replay and index",
        ),
        place: both(
            "鍵ファイル。録画鍵はセグメントの先頭に、本機と復旧キットあてに包んで置く",
            "key store; the recording keys lie in the segments' headers, wrapped to the gateway and to the kit",
        ),
        unlocked: AT_BOOT,
        rotation: both(
            "録画鍵はセッションごとに新しい",
            "recording keys are new for every session",
        ),
        if_lost: both("復旧キットがあれば読める", "readable with the recovery kit"),
        if_stolen: both(
            "盗まれるまでの録画が読まれ得る。作り直す",
            "recordings made until then may be read; make it anew",
        ),
    },
    KeyFact {
        name: "tokens",
        purpose: both(
            "サインインの記録を本物と確かめる",
            "authenticates the records of sign-ins",
        ),
        place: KEY_STORE,
        unlocked: AT_BOOT,
        rotation: both(
            "作り直すと全員がサインインし直す",
            "made anew, everybody signs in again",
        ),
        if_lost: both("全員がサインインし直す", "everybody signs in again"),
        if_stolen: both(
            "作り直す。保存データにも書き込める者だけが悪用できる",
            "make it anew; only somebody who can also write the store could use it",
        ),
    },
    KeyFact {
        name: "backup",
        purpose: both("バックアップを暗号化する", "encrypts backups"),
        place: both("復旧キットの公開側", "the recovery kit's public half"),
        unlocked: both("しない", "never"),
        rotation: both("復旧キットとともに", "with the recovery kit"),
        if_lost: both("復旧キットだけが読める", "only the recovery kit reads them"),
        if_stolen: both("公開してよい", "it is public"),
    },
    KeyFact {
        name: "kit",
        purpose: both(
            "復旧キット:復元後の再開、鍵の失効、録画とバックアップの読み出し",
            "recovery kit: resumes after a restore, revokes keys, reads recordings and backups",
        ),
        place: both(
            "紙二枚。二人、または一人と管理受託者が一枚ずつ保管する",
            "two sheets of paper, kept by two people, or by one and a custodian",
        ),
        unlocked: both("オフライン", "offline"),
        rotation: both("使ったとき", "when it was used"),
        if_lost: both(
            "サイトが動いている間に作り直す",
            "make a new one while the site is running",
        ),
        if_stolen: both(
            "一枚だけでは何も分からない。二枚なら直ちに作り直す",
            "one sheet tells nothing; if both, make a new one at once",
        ),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_says_everything_in_both_languages() {
        let mut names = Vec::new();
        for fact in inventory() {
            for text in [
                fact.purpose,
                fact.place,
                fact.unlocked,
                fact.rotation,
                fact.if_lost,
                fact.if_stolen,
            ] {
                assert!(!text.ja.is_empty() && !text.en.is_empty(), "{}", fact.name);
                assert!(text.en.is_ascii() && !text.ja.is_ascii(), "{}", fact.name);
            }
            names.push(fact.name);
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), inventory().len());
    }

    #[test]
    fn every_key_of_the_key_store_is_in_the_inventory() {
        for name in crate::keystore::NAMES {
            assert!(inventory().iter().any(|fact| fact.name == name), "{name}");
        }
    }
}
