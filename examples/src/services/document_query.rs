//! A question in words in, a full-text expression out.

/// Words too common to find anything by.
const COMMON: [&str; 36] = [
    "a", "about", "an", "and", "are", "as", "be", "by", "can", "do", "does", "for", "from", "how",
    "i", "in", "is", "it", "may", "of", "on", "one", "or", "should", "that", "the", "this", "to",
    "was", "what", "when", "where", "which", "who", "why", "with",
];

/// Any of the question's words, each quoted, so that nothing in it is read as an operator. `None` if no word is left.
pub(super) fn any_word(question: &str) -> Option<String> {
    let words: Vec<String> = words(question)
        .filter(|word| !COMMON.contains(&word.as_str()))
        .map(|word| format!("\"{word}\""))
        .collect();
    (!words.is_empty()).then(|| words.join(" OR "))
}

/// The words of a text in lower case.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::any_word;

    #[test]
    fn operators_and_quotes_of_the_question_are_only_words() {
        let expression = any_word("What is \"NEAR\" AND* (a span)?");
        assert_eq!(expression.as_deref(), Some("\"near\" OR \"span\""));
    }

    #[test]
    fn a_question_of_common_words_finds_nothing() {
        assert_eq!(any_word("what is it?"), None);
    }
}
