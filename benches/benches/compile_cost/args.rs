//! The command line in, how the comparison runs out.

/// How the comparison runs.
pub(crate) struct Options {
    pub(crate) rounds: usize,
    /// How many functions the generated crates have.
    pub(crate) functions: usize,
    pub(crate) calls: Calls,
    pub(crate) json: bool,
    pub(crate) smoke: bool,
}

/// Who calls the generated functions; each is called from one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Calls {
    /// They call one another in chains, and a boxed handler the first of each, as in a service.
    Chains,
    /// One function calls all of them.
    Flat,
}

pub(crate) fn options(args: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut args = args;
    let (mut rounds, mut functions) = (None, None);
    let (mut calls, mut json, mut smoke) = (Calls::Chains, false, false);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("`{arg}` takes a value"));
        match arg.as_str() {
            // Cargo says it to every benchmark.
            "--bench" => {}
            "--json" => json = true,
            "--smoke" => smoke = true,
            "--flat" => calls = Calls::Flat,
            "--rounds" => rounds = Some(number(&value()?)?),
            "--functions" => functions = Some(number(&value()?)?),
            _ => {
                return Err(format!(
                    "`{arg}` is not known; options: --rounds N, --functions N, --flat, --json, --smoke"
                ));
            }
        }
    }
    let (few_rounds, few_functions) = if smoke { (1, 10) } else { (3, 500) };
    Ok(Options {
        rounds: rounds.unwrap_or(few_rounds),
        functions: functions.unwrap_or(few_functions),
        calls,
        json,
        smoke,
    })
}

fn number(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err(format!("`{text}` is no whole number above 0")),
        Ok(number) => Ok(number),
    }
}
