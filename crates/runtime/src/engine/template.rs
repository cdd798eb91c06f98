//! Renders a conversation by the chat template in the weights file.
//!
//! The template is untrusted and bounded by fuel; the messages' texts must stay texts whatever they spell. So
//! the template is given stand-ins for the texts, in characters that occur nowhere in the conversation or the
//! template, and the texts are put in afterwards as pieces in which no control token is looked for. White space
//! around a text is given as it is, so that a template that trims, trims.

use std::collections::HashSet;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, Value, context};
use types::chat::{Message, Role};

use super::error::EngineError;
use super::tokenizer::{Piece, Tokenizer};

/// The longest template; published ones have up to some 20 KiB.
const TEMPLATE_MAX_BYTES: usize = 256 << 10;
/// Steps, and pieces of 64 bytes, that one rendering may take; a long conversation takes some thousands.
const FUEL: u64 = 2_000_000;
/// The format for files without a template. Source: OpenAI's ChatML, as in llama.cpp's default.
const CHATML: &str = "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n\
    {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
const NAME: &str = "chat";

/// A file's chat template.
pub(super) struct Template {
    environment: Environment<'static>,
    source: String,
    is_own: bool,
    knows_tool_role: bool,
}

impl Template {
    /// The template `source`, or ChatML when the file has none.
    pub(super) fn new(source: Option<&str>) -> Result<Self, EngineError> {
        let is_own = source.is_some();
        let source = source.unwrap_or(CHATML).to_owned();
        if source.len() > TEMPLATE_MAX_BYTES {
            return Err(EngineError::Template("it is longer than 256 KiB".to_owned()));
        }
        let mut environment = Environment::new();
        // As the reference renders templates: block tags leave no line of their own.
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.map_err(|error| EngineError::Template(error.to_string()))?);
        environment.set_fuel(Some(FUEL));
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |message: String| -> Result<Value, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, message))
        });
        environment
            .add_template_owned(NAME, source.clone())
            .map_err(|error| EngineError::Template(error.to_string()))?;
        let knows_tool_role = source.contains("'tool'") || source.contains("\"tool\"");
        Ok(Self { environment, source, is_own, knows_tool_role })
    }

    /// Whether the file brought its own template.
    pub(super) fn is_own(&self) -> bool {
        self.is_own
    }

    /// The pieces of the prompt that asks the model to go on after `messages`.
    ///
    /// # Errors
    /// A sentence that says why the template refused the conversation.
    pub(super) fn render(&self, messages: &[Message], tokenizer: &Tokenizer) -> Result<Vec<Piece>, String> {
        let contents: Vec<&str> =
            messages.iter().map(|message| message.content.as_deref().unwrap_or_default()).collect();
        let marks = Marks::new(contents.iter().copied().chain([self.source.as_str()]))?;
        let values: Vec<Value> = messages
            .iter()
            .zip(&contents)
            .enumerate()
            .map(|(at, (message, content))| {
                context! { role => self.role(message.role), content => marks.stand_in(content, at) }
            })
            .collect();
        let context = context! {
            messages => Value::from(values),
            add_generation_prompt => true,
            bos_token => tokenizer.begin_text(),
            eos_token => tokenizer.end_text(),
        };
        let rendered =
            self.environment.get_template(NAME).and_then(|template| template.render(context)).map_err(
                |error| format!("the model's chat template refuses the conversation: {}", reason(&error)),
            )?;
        marks.filled(&rendered, &contents, tokenizer)
    }

    fn role(&self, role: Role) -> &'static str {
        match role {
            Role::System => "system",
            Role::Assistant => "assistant",
            Role::Tool if self.knows_tool_role => "tool",
            Role::User | Role::Tool => "user",
        }
    }
}

fn reason(error: &Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}

/// The characters of stand-ins: ten digits, a beginning and an end, all of them for private use.
struct Marks([char; 12]);

impl Marks {
    /// Twelve characters that occur in none of `texts`.
    fn new<'t>(texts: impl Iterator<Item = &'t str>) -> Result<Self, String> {
        // Unicode's supplementary private use areas: 131,068 characters that mean nothing.
        let private = || ('\u{F0000}'..='\u{FFFFD}').chain('\u{100000}'..='\u{10FFFD}');
        let is_private = |character: &char| *character >= '\u{F0000}';
        let used: HashSet<char> = texts.flat_map(str::chars).filter(is_private).collect();
        let free: Vec<char> = private().filter(|character| !used.contains(character)).take(12).collect();
        let marks = <[char; 12]>::try_from(free);
        marks.map(Self).map_err(|_| "the conversation uses all of Unicode's private characters".to_owned())
    }

    /// What the template sees of a text: its white space at both ends, and a stand-in for the rest.
    fn stand_in(&self, content: &str, at: usize) -> String {
        let text = content.trim();
        if text.is_empty() {
            return content.to_owned();
        }
        let start = content.len() - content.trim_start().len();
        let (before, after) = (&content[..start], &content[start + text.len()..]);
        let [digits @ .., begin, end] = self.0;
        let number: String = at.to_string().bytes().map(|digit| digits[usize::from(digit - b'0')]).collect();
        format!("{before}{begin}{number}{end}{after}")
    }

    /// The rendered text as pieces, with the texts in place of their stand-ins.
    fn filled(&self, rendered: &str, contents: &[&str], tokenizer: &Tokenizer) -> Result<Vec<Piece>, String> {
        let [digits @ .., begin, end] = self.0;
        let mut pieces = Vec::new();
        for (count, part) in rendered.split(begin).enumerate() {
            let mut rest = part;
            if count > 0 {
                let (number, after) = part.split_once(end).ok_or_else(taken_apart)?;
                let digit = |mark| digits.iter().position(|digit| *digit == mark);
                let number = number
                    .chars()
                    .try_fold(0, |number: usize, mark| number.checked_mul(10)?.checked_add(digit(mark)?));
                let content = number.and_then(|number| contents.get(number)).ok_or_else(taken_apart)?;
                pieces.push(Piece::Text(content.trim().to_owned()));
                rest = after;
            }
            if rest.contains(self.0) {
                return Err(taken_apart());
            }
            pieces.extend(tokenizer.pieces(rest));
        }
        Ok(pieces)
    }
}

fn taken_apart() -> String {
    "the model's chat template takes messages apart, which this runtime does not support; serve the model with \
     --runtime instead"
        .to_owned()
}
