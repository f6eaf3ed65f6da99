//! Bodies that end in an async block. Such a block is what runs; the function around it only makes the future.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// A body of the form `before.. async move { .. }` or `before.. Box::pin(async move { .. })`.
pub(crate) struct AsyncTail {
    /// The statements before the block.
    pub(crate) before: TokenStream,
    /// `Box::pin`, if the block is boxed.
    pub(crate) boxed: Option<TokenStream>,
    /// `async`. Whether it says `move` makes no difference at the end of a body: nothing that it could borrow from is left.
    pub(crate) asyncness: TokenTree,
    pub(crate) block: Group,
}

impl AsyncTail {
    pub(crate) fn find(body: TokenStream) -> Option<Self> {
        let mut tokens = visible(body);
        let boxed = match tokens.last() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                let mut inner = visible(group.stream());
                if inner.last().is_some_and(|token| is_punct(token, ',')) {
                    inner.pop();
                }
                tokens.pop();
                let path = take_path(&mut tokens);
                let names: Vec<String> = path
                    .iter()
                    .filter(|token| !is_punct(token, ':'))
                    .map(ToString::to_string)
                    .collect();
                if !names.ends_with(&["Box".to_owned(), "pin".to_owned()]) || !at_statement(&tokens)
                {
                    return None;
                }
                let before = std::mem::replace(&mut tokens, inner);
                Some((before, path.into_iter().collect()))
            }
            _ => None,
        };
        let block = match tokens.pop()? {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => group,
            _ => return None,
        };
        tokens.pop_if(|token| is_ident(token, "move"));
        let asyncness = tokens.pop_if(|token| is_ident(token, "async"))?;
        match boxed {
            Some((before, path)) if tokens.is_empty() => Some(Self {
                before: before.into_iter().collect(),
                boxed: Some(path),
                asyncness,
                block,
            }),
            Some(_) => None,
            None if at_statement(&tokens) => Some(Self {
                before: tokens.into_iter().collect(),
                boxed: None,
                asyncness,
                block,
            }),
            None => None,
        }
    }
}

/// The tokens, the last of them out of the invisible group in which a `macro_rules!` macro hands on what it was given.
pub(crate) fn visible(tokens: TokenStream) -> Vec<TokenTree> {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    if let Some(TokenTree::Group(group)) = tokens.pop_if(
        |last| matches!(last, TokenTree::Group(group) if group.delimiter() == Delimiter::None),
    ) {
        tokens.extend(visible(group.stream()));
    }
    tokens
}

/// Takes a path of identifiers and colons off the end.
fn take_path(tokens: &mut Vec<TokenTree>) -> Vec<TokenTree> {
    let start = tokens
        .iter()
        .rposition(|token| !matches!(token, TokenTree::Ident(_)) && !is_punct(token, ':'))
        .map_or(0, |before| before + 1);
    tokens.split_off(start)
}

/// Does a new statement begin after `tokens`?
fn at_statement(tokens: &[TokenTree]) -> bool {
    match tokens.last() {
        None => true,
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        Some(token) => is_punct(token, ';'),
    }
}

/// Splits what `#[async_trait]` makes of a body, so that attributes can name the method's parameters as the user wrote
/// them: the bindings it makes of the parameters, and the block without them.
pub(crate) fn hoist_bindings(block: TokenStream) -> Option<(TokenStream, TokenStream)> {
    let tokens: Vec<TokenTree> = block.into_iter().collect();
    let is_brace = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    let first = match tokens.first()? {
        token if is_ident(token, "if") => tokens.iter().position(is_brace)? + 1,
        _ => 0,
    };
    let mut last = first;
    loop {
        let mut start = last;
        while is_punct(tokens.get(start)?, '#') {
            start += 2;
        }
        if !is_ident(tokens.get(start)?, "let") {
            return None;
        }
        let bound = tokens.get(start + 1)?;
        if (is_ident(bound, "__ret") || is_ident(bound, "_"))
            && is_punct(tokens.get(start + 2)?, ':')
        {
            break;
        }
        last = start
            + tokens[start..]
                .iter()
                .position(|token| is_punct(token, ';'))?
            + 1;
    }
    let bindings = tokens[first..last].iter().cloned().collect();
    let rest = tokens[..first]
        .iter()
        .chain(&tokens[last..])
        .cloned()
        .collect();
    Some((bindings, rest))
}

/// `#[async_trait]` calls the receiver `__self`.
pub(crate) fn rename_self(tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) if ident == "self" => Ident::new("__self", ident.span()).into(),
            TokenTree::Group(group) => {
                let mut renamed = Group::new(group.delimiter(), rename_self(group.stream()));
                renamed.set_span(group.span());
                renamed.into()
            }
            other => other,
        })
        .collect()
}

fn is_ident(token: &TokenTree, name: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == name)
}

fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[expect(clippy::needless_pass_by_value, reason = "the callers quote it")]
    fn check(body: TokenStream, expected: Option<(TokenStream, TokenStream)>) {
        let found = AsyncTail::find(body.clone()).map(|tail| {
            (
                tail.before.to_string(),
                tail.boxed.unwrap_or_default().to_string(),
            )
        });
        let expected = expected.map(|(before, boxed)| (before.to_string(), boxed.to_string()));
        assert_eq!(found, expected, "{body}");
    }

    #[test]
    fn async_blocks_are_found_at_the_end_of_a_body() {
        check(quote!(async { 1 }), Some((quote!(), quote!())));
        check(
            quote!(let x = 1; async move { x }),
            Some((quote!(let x = 1;), quote!())),
        );
        check(
            quote!(Box::pin(async move { x })),
            Some((quote!(), quote!(Box::pin))),
        );
        check(
            quote!(f(); ::std::boxed::Box::pin(async { x },)),
            Some((quote!(f();), quote!(::std::boxed::Box::pin))),
        );
    }

    #[test]
    fn other_bodies_are_left_alone() {
        check(quote!(), None);
        check(quote!(1), None);
        check(quote!(async { 1 };), None);
        check(quote!(spawn(async { 1 })), None);
        check(quote!(x = async { 1 }), None);
        check(quote!(Arc::pin(async { 1 })), None);
        check(quote!(Some(Box::pin(async { 1 }))), None);
        check(quote!(Box::pin(f(async { 1 }))), None);
    }

    #[test]
    fn the_bindings_of_async_trait_are_told_from_the_body() {
        let block = quote! {
            if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<u8> { return __ret; }
            let __self = self;
            let (a, b) = { let __arg1 = __arg1; __arg1 };
            let __ret: u8 = { a + b };
            __ret
        };
        let (bindings, rest) = hoist_bindings(block)
            .map(|(b, r)| (b.to_string(), r.to_string()))
            .unwrap_or_default();
        assert_eq!(
            bindings,
            quote!(let __self = self; let (a, b) = { let __arg1 = __arg1; __arg1 };).to_string()
        );
        assert!(
            rest.starts_with("if let") && rest.ends_with("; __ret"),
            "{rest}"
        );
    }
}
