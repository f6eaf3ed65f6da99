//! A text generator of n-grams: texts in, a model of which word follows which two out. It understands nothing.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

type Word = u32;

/// Which words followed each pair of words, and each single word, as often as they did.
#[derive(Default)]
pub(super) struct Model {
    vocabulary: Vec<String>,
    ids: HashMap<String, Word>,
    after_two: HashMap<(Word, Word), Vec<Word>>,
    after_one: HashMap<Word, Vec<Word>>,
    /// The first two words of each sentence.
    openings: Vec<(Word, Word)>,
}

impl Model {
    pub(super) fn train<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut model = Self::default();
        for text in texts {
            let words: Vec<Word> = tokens(text).map(|token| model.learn(token)).collect();
            model.follow(&words);
        }
        model
    }

    /// How many different words it knows.
    pub(super) fn vocabulary(&self) -> usize {
        self.vocabulary.len()
    }

    /// Text that begins like one of the prompt's sentences, if it knows one. The same prompt gives the same text.
    pub(super) fn generate<'a>(&'a self, prompt: &str) -> Generation<'a> {
        let mut hasher = DefaultHasher::new();
        prompt.hash(&mut hasher);
        let mut random = fastrand::Rng::with_seed(hasher.finish());
        let prompt: Vec<Word> = tokens(prompt)
            .filter_map(|token| self.ids.get(token).copied())
            .collect();
        let known: Vec<(Word, Word)> = self
            .openings
            .iter()
            .copied()
            .filter(|(first, second)| prompt.windows(2).any(|pair| pair == [*first, *second]))
            .collect();
        let openings = if known.is_empty() {
            &self.openings
        } else {
            &known
        };
        let opening = random.choice(openings.iter().copied());
        Generation {
            model: self,
            random,
            next: opening.map(|(first, second)| (None, first, Some(second))),
        }
    }

    fn learn(&mut self, token: &str) -> Word {
        if let Some(id) = self.ids.get(token) {
            return *id;
        }
        let id = Word::try_from(self.vocabulary.len()).unwrap_or(Word::MAX);
        self.vocabulary.push(token.to_owned());
        self.ids.insert(token.to_owned(), id);
        id
    }

    fn follow(&mut self, words: &[Word]) {
        for pair in words.windows(2) {
            self.after_one.entry(pair[0]).or_default().push(pair[1]);
        }
        for three in words.windows(3) {
            let context = (three[0], three[1]);
            self.after_two.entry(context).or_default().push(three[2]);
            if self.ends_sentence(three[0]) {
                self.openings.push((three[1], three[2]));
            }
        }
        if let [first, second, ..] = words {
            self.openings.push((*first, *second));
        }
    }

    fn ends_sentence(&self, word: Word) -> bool {
        matches!(self.text(word), "." | "?" | "!")
    }

    fn text(&self, word: Word) -> &str {
        self.vocabulary
            .get(word as usize)
            .map_or("", String::as_str)
    }
}

/// Words of generated text, one by one, each with the space before it that it needs.
pub(super) struct Generation<'a> {
    model: &'a Model,
    random: fastrand::Rng,
    /// The word before, the word to give, and the word after it if that is already chosen.
    next: Option<(Option<Word>, Word, Option<Word>)>,
}

impl Iterator for Generation<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let (before, word, chosen) = self.next.take()?;
        let after = chosen.or_else(|| self.choose(before, word));
        self.next = after.map(|after| (Some(word), after, None));
        let text = self.model.text(word);
        Some(match before {
            Some(_) if !is_mark(text) => format!(" {text}"),
            _ => text.to_owned(),
        })
    }
}

impl Generation<'_> {
    fn choose(&mut self, before: Option<Word>, word: Word) -> Option<Word> {
        let followers = before
            .and_then(|before| self.model.after_two.get(&(before, word)))
            .or_else(|| self.model.after_one.get(&word))?;
        self.random.choice(followers.iter().copied())
    }
}

/// How many tokens a text has for this model.
pub(super) fn count_tokens(text: &str) -> u32 {
    u32::try_from(tokens(text).count()).unwrap_or(u32::MAX)
}

fn is_mark(token: &str) -> bool {
    matches!(token, "." | "," | ";" | ":" | "?" | "!")
}

/// Words without the markup around them, and punctuation marks as tokens of their own.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|word| {
            word.trim_matches(|c: char| {
                !(c.is_alphanumeric() || is_mark(c.encode_utf8(&mut [0; 4])))
            })
        })
        .filter(|word| !word.is_empty())
        .flat_map(|word| {
            let bare = word.trim_end_matches(['.', ',', ';', ':', '?', '!']);
            let (bare, marks) = word.split_at(bare.len());
            let bare = bare.trim_matches(['`', '*', '"', '(', ')']);
            let mark = marks.get(..1);
            [Some(bare), mark].into_iter().flatten()
        })
        .filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "A span has a name. A span has a parent. A trace has spans, and a trace has a root.";

    fn generated(prompt: &str) -> String {
        Model::train([TEXT]).generate(prompt).take(12).collect()
    }

    #[test]
    fn tokens_are_words_and_marks() {
        let found: Vec<_> = tokens("# The `th` value, (as hex): done.").collect();
        assert_eq!(
            found,
            ["The", "th", "value", ",", "as", "hex", ":", "done", "."]
        );
        assert_eq!(count_tokens("one, two."), 4);
    }

    #[test]
    fn the_same_prompt_gives_the_same_text() {
        assert_eq!(generated("what is a span?"), generated("what is a span?"));
    }

    #[test]
    fn text_begins_like_a_sentence_of_the_prompt() {
        let text = generated("A trace has many spans.");
        assert!(text.starts_with("A trace has"), "{text}");
    }

    #[test]
    fn every_three_words_stood_in_the_texts() {
        let known: Vec<_> = tokens(TEXT).collect();
        let text = generated("anything");
        let words: Vec<_> = tokens(&text).collect();
        for three in words.windows(3) {
            let stood = known.windows(3).any(|window| window == three);
            assert!(stood, "{three:?} in {text}");
        }
    }

    #[test]
    fn a_model_of_nothing_says_nothing() {
        assert_eq!(Model::train([]).generate("anything").count(), 0);
    }
}
