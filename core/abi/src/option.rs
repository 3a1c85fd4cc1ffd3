//! Values of a plugin's own options in `jurigged.toml`.

use serde::{Deserialize, Serialize};

/// The value of an option: what TOML can say, without dates and tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OptionValue {
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a point.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<OptionValue>),
}

impl OptionValue {
    /// The value of a boolean option.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self {
            Some(*value)
        } else {
            None
        }
    }

    /// The value of a whole number.
    pub fn as_integer(&self) -> Option<i64> {
        if let Self::Integer(value) = self {
            Some(*value)
        } else {
            None
        }
    }

    /// The value of any number.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(*value),
            Self::Integer(value) => Some(*value as f64),
            _ => None,
        }
    }

    /// The value of a text.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(value) = self {
            Some(value)
        } else {
            None
        }
    }

    /// The items of a list.
    pub fn as_list(&self) -> Option<&[OptionValue]> {
        if let Self::List(items) = self {
            Some(items)
        } else {
            None
        }
    }

    /// The type, as messages name it: `true or false`, `a whole number`, `a number`, `a text`, `a list`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Bool(_) => "true or false",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
        }
    }

    /// May an option with this default be set to the value? Same type; a whole number is also a number.
    pub fn accepts(&self, value: &Self) -> bool {
        matches!((self, value), (Self::Float(_), Self::Integer(_)))
            || std::mem::discriminant(self) == std::mem::discriminant(value)
    }

    /// The value as it is written in TOML.
    pub fn to_toml(&self) -> String {
        #[derive(Serialize)]
        struct Row<'a> {
            v: &'a OptionValue,
        }
        let row = toml::to_string(&Row { v: self }).expect("every option value has a TOML form");
        row.trim_end().trim_start_matches("v = ").to_owned()
    }

    /// Reads what [`to_toml`](Self::to_toml) wrote.
    pub fn from_toml(text: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Row {
            v: OptionValue,
        }
        toml::from_str::<Row>(&format!("v = {text}")).ok().map(|row| row.v)
    }
}

impl From<bool> for OptionValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for OptionValue {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

// A bare `10` in `export_plugin!` is an `i32` to the compiler.
impl From<i32> for OptionValue {
    fn from(value: i32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<f64> for OptionValue {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for OptionValue {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl<T: Into<OptionValue>, const N: usize> From<[T; N]> for OptionValue {
    fn from(items: [T; N]) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_survives_toml() {
        let values: [OptionValue; 6] = [
            true.into(),
            42.into(),
            2.5.into(),
            "say \"hi\"\nthere".into(),
            ["a", "b"].into(),
            [[1], [2]].into(),
        ];
        for value in values {
            assert_eq!(OptionValue::from_toml(&value.to_toml()), Some(value));
        }
    }

    #[test]
    fn a_whole_number_is_also_a_number() {
        assert!(OptionValue::from(1.0).accepts(&2.into()));
        assert!(!OptionValue::from(1).accepts(&2.0.into()));
        assert!(!OptionValue::from(true).accepts(&"true".into()));
    }
}
