//! Eight Japanese words from a device's key, to be compared by phone.

use ids::Digest;

/// The words that stand for the first eight bytes of the key's SHA-256: 64 bits, enough where the
/// forger would have to match the words of one key in the time of one telephone call.
pub fn device_words(key: &Digest) -> [&'static str; 8] {
    let [a, b, c, d, e, f, g, h, ..] = *key.as_bytes();
    [a, b, c, d, e, f, g, h].map(|byte| WORDS.get(usize::from(byte)).copied().unwrap_or_default())
}

/// Whether these are the words of this key, in their order. The caller has normalised them.
pub fn same_words(key: &Digest, words: &[String]) -> bool {
    let heard = words.iter().map(|word| word.trim());
    words.len() == 8 && heard.eq(device_words(key))
}

/// Everyday words in hiragana, all different. Their order is part of the format: never changed.
#[rustfmt::skip]
const WORDS: [&str; 256] = [
    "あおぞら", "あかり", "あきかぜ", "あさがお", "あさひ", "あじさい", "あしあと", "あずき",
    "あひる", "あまがさ", "あみど", "あめだま", "あらし", "ありさん", "あんず", "あんぱん",
    "いかだ", "いけばな", "いしだん", "いずみ", "いちご", "いちょう", "いなほ", "いのしし",
    "いるか", "いろがみ", "いわし", "いんかん", "うぐいす", "うさぎ", "うちわ", "うどん",
    "うなぎ", "うみべ", "うめぼし", "うるし", "うわばき", "うんどう", "えいが", "えがお",
    "えきべん", "えだまめ", "えびす", "えほん", "えんがわ", "えんぴつ", "おうむ", "おおかみ",
    "おかゆ", "おきなわ", "おしろ", "おちゃ", "おでん", "おとうふ", "おにぎり", "おはぎ",
    "おふろ", "おまつり", "おみくじ", "おりがみ", "おんがく", "かいだん", "かえる", "かがみ",
    "かきごおり", "かざぐるま", "かすみ", "かたつむり", "かつお", "かなづち", "かばん", "かぶとむし",
    "かぼちゃ", "かみなり", "かもめ", "かるた", "かわうそ", "かんづめ", "きいろ", "きがえ",
    "ききょう", "きくらげ", "きしゃ", "きつね", "きのこ", "きびだんご", "きゃべつ", "きゅうり",
    "きりん", "きんぎょ", "くうき", "くさもち", "くじら", "くすのき", "くちぶえ", "くつした",
    "くま", "くもり", "くらげ", "くるま", "くろまめ", "くわがた", "けいと", "けしごむ",
    "けむし", "けんだま", "こうえん", "こおろぎ", "こけし", "こたつ", "こども", "このは",
    "こばん", "こぶた", "こまいぬ", "ごま", "こむぎ", "こめだわら", "ころも", "こんぶ",
    "さいころ", "さかな", "さくら", "ざくろ", "さざえ", "さしみ", "さつまいも", "さとう",
    "さぼてん", "さむらい", "さめ", "さらだ", "さんぽ", "しいたけ", "しおり", "しか",
    "しぐれ", "しじみ", "しそ", "したく", "しっぽ", "しばいぬ", "しぶがき", "しまうま",
    "しゃぼん", "しょうが", "しらたき", "しろくま", "しんじゅ", "すいか", "すいせん", "すいとう",
    "すきやき", "すごろく", "すずめ", "すだち", "すなはま", "すみれ", "すもう", "せきゆ",
    "せっけん", "せみ", "せんべい", "ぜんまい", "そうじ", "そで", "そば", "そらまめ",
    "そろばん", "たいこ", "たいやき", "たうえ", "たからばこ", "たくあん", "たけのこ", "たこあげ",
    "たたみ", "たちばな", "たてがみ", "たにし", "たぬき", "たびびと", "たまご", "たわし",
    "たんぽぽ", "ちくわ", "ちず", "ちどり", "ちまき", "ちゃわん", "ちょうちん", "ちりとり",
    "つきみ", "つくし", "つくえ", "つつじ", "つばめ", "つぼみ", "つみき", "つむじ",
    "つゆくさ", "つりばし", "つるはし", "ていえん", "でぐち", "てぬぐい", "てぶくろ", "てまり",
    "てんぐ", "てんとう", "とうだい", "とかげ", "とけい", "とさか", "とだな", "とびうお",
    "とまと", "ともだち", "とらねこ", "とりい", "とんぼ", "ながぐつ", "なぎさ", "なすび",
    "なたね", "なつめ", "なべ", "なまこ", "なみだ", "なわとび", "にいがた", "にがうり",
    "にじ", "にちよう", "にぼし", "にわとり", "にんじん", "ぬいぐるみ", "ぬのじ", "ぬりえ",
    "ねぎ", "ねこ", "ねんど", "のこぎり", "のどか", "のはら", "のりまき", "のれん",
    "はがき", "はくさい", "はごろも", "はさみ", "はしご", "はちみつ", "はとば", "はなび",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_own_word_in_hiragana() {
        let mut seen: Vec<&str> = WORDS.to_vec();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 256);
        for word in WORDS {
            let hiragana = word.chars().all(|c| ('\u{3041}'..='\u{3096}').contains(&c));
            assert!(hiragana && word.chars().count() >= 2, "{word}");
        }
    }

    #[test]
    fn one_other_word_or_order_is_noticed() {
        let key = Digest(std::array::from_fn(|i| u8::try_from(i * 7).unwrap()));
        let mut words = device_words(&key).map(str::to_owned).to_vec();
        assert!(same_words(&key, &words));
        words.swap(0, 1);
        assert!(!same_words(&key, &words));
        words.swap(0, 1);
        words[7] = "はなび".to_owned();
        assert!(!same_words(&key, &words));
        words.pop();
        assert!(!same_words(&key, &words));
    }
}
