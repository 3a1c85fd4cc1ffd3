//! The live program as seen from another thread: questions over a channel.

use std::sync::mpsc::{Sender, channel};

use jurigged_abi::{LiveApi, OptionValue, PluginError, Result};

/// What a worker sends to the thread that waits for it.
pub(super) enum Message {
    /// To be answered from the live program.
    Question(Question),
    /// The call is over.
    Answered,
}

pub(super) type Question = Box<dyn FnOnce(&dyn LiveApi) + Send>;

/// The live program as a worker sees it: every question goes to the thread that holds the interpreter.
pub struct RemoteLive {
    messages: Sender<Message>,
}

impl RemoteLive {
    pub(super) fn new(messages: Sender<Message>) -> Self {
        Self { messages }
    }

    fn ask<T: Send + 'static>(&self, question: impl FnOnce(&dyn LiveApi) -> Result<T> + Send + 'static) -> Result<T> {
        let (reply, answer) = channel();
        let question = Message::Question(Box::new(move |live| {
            // The asker waits below, unless its thread was torn down.
            let _ = reply.send(question(live));
        }));
        self.messages.send(question).map_err(|_| PluginError::Gone)?;
        answer.recv().map_err(|_| PluginError::Gone)?
    }
}

fn owned(named: &[(&str, u64)]) -> Vec<(String, u64)> {
    named
        .iter()
        .map(|(name, object)| ((*name).to_owned(), *object))
        .collect()
}

fn borrowed(named: &[(String, u64)]) -> Vec<(&str, u64)> {
    named.iter().map(|(name, object)| (name.as_str(), *object)).collect()
}

impl LiveApi for RemoteLive {
    fn run(&self, source: &str, arguments: &[(&str, u64)]) -> Result<u64> {
        let source = source.to_owned();
        let arguments = owned(arguments);
        self.ask(move |live| live.run(&source, &borrowed(&arguments)))
    }

    fn get(&self, object: u64, name: &str) -> Result<Option<u64>> {
        let name = name.to_owned();
        self.ask(move |live| live.get(object, &name))
    }

    fn module(&self, name: &str) -> Result<u64> {
        let name = name.to_owned();
        self.ask(move |live| live.module(&name))
    }

    fn items(&self, object: u64) -> Result<Vec<u64>> {
        self.ask(move |live| live.items(object))
    }

    fn text(&self, object: u64) -> Result<Option<String>> {
        self.ask(move |live| live.text(object))
    }

    fn integer(&self, object: u64) -> Result<Option<i64>> {
        self.ask(move |live| live.integer(object))
    }

    fn class_names(&self, object: u64) -> Result<Vec<String>> {
        self.ask(move |live| live.class_names(object))
    }

    fn same(&self, a: u64, b: u64) -> Result<bool> {
        self.ask(move |live| live.same(a, b))
    }

    fn remember(&self, key: &str, object: u64) -> Result {
        let key = key.to_owned();
        self.ask(move |live| live.remember(&key, object))
    }

    fn remembered(&self, key: &str) -> Result<Vec<u64>> {
        let key = key.to_owned();
        self.ask(move |live| live.remembered(&key))
    }

    fn instances(&self, class: &str) -> Result<Vec<u64>> {
        let class = class.to_owned();
        self.ask(move |live| live.instances(&class))
    }

    fn callees_first(&self, function: u64) -> Result<Vec<u64>> {
        self.ask(move |live| live.callees_first(function))
    }

    fn option(&self, name: &str) -> Result<OptionValue> {
        let name = name.to_owned();
        self.ask(move |live| live.option(&name))
    }

    fn repr(&self, object: u64) -> Result<String> {
        self.ask(move |live| live.repr(object))
    }

    fn own(&self, object: u64, name: &str) -> Result<Option<u64>> {
        let name = name.to_owned();
        self.ask(move |live| live.own(object, &name))
    }

    fn entries(&self, object: u64) -> Result<Vec<(u64, u64)>> {
        self.ask(move |live| live.entries(object))
    }

    fn instances_of(&self, class: u64) -> Result<Vec<u64>> {
        self.ask(move |live| live.instances_of(class))
    }

    fn call(&self, function: u64, arguments: &[u64]) -> Result<u64> {
        let arguments = arguments.to_vec();
        self.ask(move |live| live.call(function, &arguments))
    }

    fn new_text(&self, text: &str) -> Result<u64> {
        let text = text.to_owned();
        self.ask(move |live| live.new_text(&text))
    }

    fn new_dict(&self, entries: &[(&str, u64)]) -> Result<u64> {
        let entries = owned(entries);
        self.ask(move |live| live.new_dict(&borrowed(&entries)))
    }
}

/// For calls that see no live object: every question is answered with `Gone`.
pub(super) struct NoLive;

impl LiveApi for NoLive {
    fn run(&self, _: &str, _: &[(&str, u64)]) -> Result<u64> {
        Err(PluginError::Gone)
    }

    fn get(&self, _: u64, _: &str) -> Result<Option<u64>> {
        Err(PluginError::Gone)
    }

    fn module(&self, _: &str) -> Result<u64> {
        Err(PluginError::Gone)
    }

    fn items(&self, _: u64) -> Result<Vec<u64>> {
        Err(PluginError::Gone)
    }

    fn text(&self, _: u64) -> Result<Option<String>> {
        Err(PluginError::Gone)
    }

    fn integer(&self, _: u64) -> Result<Option<i64>> {
        Err(PluginError::Gone)
    }

    fn class_names(&self, _: u64) -> Result<Vec<String>> {
        Err(PluginError::Gone)
    }

    fn same(&self, _: u64, _: u64) -> Result<bool> {
        Err(PluginError::Gone)
    }

    fn remember(&self, _: &str, _: u64) -> Result {
        Err(PluginError::Gone)
    }

    fn remembered(&self, _: &str) -> Result<Vec<u64>> {
        Err(PluginError::Gone)
    }

    fn instances(&self, _: &str) -> Result<Vec<u64>> {
        Err(PluginError::Gone)
    }

    fn callees_first(&self, _: u64) -> Result<Vec<u64>> {
        Err(PluginError::Gone)
    }

    fn option(&self, _: &str) -> Result<OptionValue> {
        Err(PluginError::Gone)
    }

    fn repr(&self, _: u64) -> Result<String> {
        Err(PluginError::Gone)
    }

    fn own(&self, _: u64, _: &str) -> Result<Option<u64>> {
        Err(PluginError::Gone)
    }

    fn entries(&self, _: u64) -> Result<Vec<(u64, u64)>> {
        Err(PluginError::Gone)
    }

    fn instances_of(&self, _: u64) -> Result<Vec<u64>> {
        Err(PluginError::Gone)
    }

    fn call(&self, _: u64, _: &[u64]) -> Result<u64> {
        Err(PluginError::Gone)
    }

    fn new_text(&self, _: &str) -> Result<u64> {
        Err(PluginError::Gone)
    }

    fn new_dict(&self, _: &[(&str, u64)]) -> Result<u64> {
        Err(PluginError::Gone)
    }
}
