//! Classes of the checkout: enums, column types, and others as far as their attributes go.

use std::cell::RefCell;
use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, Stmt, StmtClassDef};

use super::Interpreter;
use super::decoration::leaves_the_class;
use super::object::{Class, Code, Instance, Nature, Scope};
use super::spec::{Arguments, SqlType};
use super::sqltype;
use super::statement::Frame;
use super::value::Value;

const ENUMS: [&str; 5] = ["Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"];
const TYPES: [&str; 3] = ["TypeDecorator", "UserDefinedType", "TypeEngine"];

/// Whether a statement of a class's body is one of those that are followed, and no method of it takes over what its
/// objects or itself are.
fn is_plain(statement: &Stmt) -> bool {
    const TAKE_OVER: [&str; 6] =
        ["__class_getitem__", "__getattr__", "__getattribute__", "__init_subclass__", "__new__", "__setattr__"];
    match statement {
        Stmt::Assign(assignment) => assignment.targets.iter().all(Expr::is_name_expr),
        Stmt::AnnAssign(assignment) => assignment.target.is_name_expr(),
        Stmt::FunctionDef(function) => !TAKE_OVER.contains(&function.name.as_str()),
        Stmt::Expr(statement) => statement.value.is_literal_expr() || statement.value.is_ellipsis_literal_expr(),
        Stmt::Pass(_) | Stmt::ClassDef(_) => true,
        _ => false,
    }
}

impl Interpreter<'_> {
    pub(super) fn class(&mut self, definition: &StmtClassDef, frame: &Frame) -> Value {
        if !leaves_the_class(&definition.decorator_list) || !definition.body.iter().all(is_plain) {
            self.pass_over_class(definition, frame);
            return Value::Unknown;
        }
        let inner = Frame { scope: Scope::inside(Some(frame.scope.clone())), module: frame.module.clone() };
        let mut fields: Vec<Name> = Vec::new();
        let mut names: Vec<Name> = Vec::new();
        let mut note = |name: &Name| {
            if !names.contains(name) {
                names.push(name.clone());
            }
        };
        for statement in &definition.body {
            if let Stmt::AnnAssign(assignment) = statement
                && let Expr::Name(field) = &*assignment.target
            {
                fields.push(field.id.clone());
            }
            match statement {
                Stmt::Assign(assignment) => {
                    for target in &assignment.targets {
                        if let Expr::Name(target) = target {
                            note(&target.id);
                        }
                    }
                    self.block(std::slice::from_ref(statement), &inner);
                }
                Stmt::AnnAssign(assignment) if assignment.value.is_some() => {
                    if let Expr::Name(target) = &*assignment.target {
                        note(&target.id);
                    }
                    self.block(std::slice::from_ref(statement), &inner);
                }
                Stmt::FunctionDef(function) => {
                    note(&function.name.id);
                    // A method does not see the class's names.
                    let value = self.method(function, frame, &inner);
                    if frame.module.path == self.script && self.effects(&function.body, frame, false).operates {
                        self.methods.insert(function.name.id.clone());
                    }
                    inner.scope.set(&function.name.id, value);
                }
                _ => {}
            }
        }
        let own = inner.scope.names.borrow();
        let mut attributes: Vec<(Name, Value)> =
            names.iter().filter_map(|name| own.get(name).map(|value| (name.clone(), value.clone()))).collect();
        drop(own);
        let nature = self.inherit(definition, frame, &mut attributes, &mut fields);
        let name = definition.name.id.clone();
        let metadata = attributes.iter().find(|(name, _)| name.as_str() == "metadata").map(|(_, value)| value.clone());
        let is_model = attributes.iter().any(|(name, _)| name.as_str() == "__tablename__");
        let class = Value::Class(Rc::new(Class { name, attributes: RefCell::new(attributes), nature, fields }));
        self.add_to_metadata(metadata.as_ref().filter(|_| is_model), &class);
        class
    }

    /// A class that is not followed: what its methods do nobody can say.
    fn pass_over_class(&mut self, definition: &StmtClassDef, frame: &Frame) {
        let effects = self.effects(&definition.body, frame, true);
        if frame.module.path == self.script && (effects.operates || effects.changes) {
            self.misread(format!("it makes a class {} that is not followed", definition.name));
        }
    }

    /// What a class has of its bases; answers what kind of class they make it.
    fn inherit(
        &mut self,
        definition: &StmtClassDef,
        frame: &Frame,
        attributes: &mut Vec<(Name, Value)>,
        fields: &mut Vec<Name>,
    ) -> Nature {
        let mut nature = Nature::Other;
        for base in definition.arguments.iter().flat_map(|arguments| &arguments.args) {
            let spelled = match base {
                Expr::Name(name) => name.id.as_str(),
                Expr::Attribute(attribute) => attribute.attr.as_str(),
                _ => "",
            };
            let base = self.expression(base, frame);
            let known = match &base {
                Value::Outside(name) => name.rsplit('.').next().unwrap_or_default().to_owned(),
                _ => spelled.to_owned(),
            };
            if let Value::Class(base) = &base {
                if base.nature != Nature::Other {
                    nature = base.nature;
                }
                fields.splice(0..0, base.fields.iter().cloned());
                for (name, value) in base.attributes.borrow().iter() {
                    if !attributes.iter().any(|(held, _)| held == name) {
                        attributes.push((name.clone(), value.clone()));
                    }
                }
            } else if let Value::MetaData(_) = &base {
                attributes.push((Name::new("metadata"), base.clone()));
            } else if known.starts_with("DeclarativeBase") {
                // Without a `metadata` of its own a base takes its registry's.
                let metadata = match attributes.iter().find(|(held, _)| held.as_str() == "registry") {
                    Some((_, registry @ Value::MetaData(_))) => registry.clone(),
                    Some(_) => Value::MetaData(None),
                    None => self.hold_metadata(Value::MetaData(Some(Rc::default()))),
                };
                attributes.push((Name::new("metadata"), metadata));
            } else if !is_sqlalchemys(&base) && (ENUMS.contains(&known.as_str()) || known.ends_with("Enum")) {
                nature = Nature::Enum;
            } else if TYPES.contains(&known.as_str()) {
                nature = Nature::ColumnType;
            } else if let Value::Outside(name) = &base
                && let Value::Type(_) = self.construct(name, &Arguments::default())
                && !attributes.iter().any(|(held, _)| held.as_str() == "impl")
            {
                nature = Nature::ColumnType;
                attributes.push((Name::new("impl"), base.clone()));
            }
        }
        if nature == Nature::Other && attributes.iter().any(|(name, _)| name.as_str() == "impl") {
            nature = Nature::ColumnType;
        }
        if attributes.iter().any(|(name, _)| name.as_str() == "__tablename__") {
            // What looks like a type of a package that is not known is a mixin here.
            nature = if nature == Nature::ColumnType { Nature::Model } else { Nature::Other };
        }
        nature
    }

    pub(super) fn instantiate(&mut self, class: &Rc<Class>, arguments: Arguments) -> Value {
        match class.nature {
            Nature::Enum => {
                let wanted = arguments.positional.first().cloned().unwrap_or(Value::Unknown);
                let found = class.members().into_iter().find(|member| match member {
                    Value::Member(member) => member.value.equals(&wanted) == Some(true),
                    _ => false,
                });
                found.unwrap_or(Value::Unknown)
            }
            Nature::ColumnType => Value::Type(Rc::new(self.decorated_type(class, arguments))),
            Nature::Model | Nature::Other => {
                self.spend(64);
                let instance =
                    Value::Instance(Rc::new(Instance { class: class.clone(), attributes: RefCell::default() }));
                if let Some(Value::Function(init)) = class.attribute("__init__") {
                    let mut all = arguments;
                    all.positional.insert(0, instance.clone());
                    self.call_function(&init, all);
                } else if let Value::Instance(instance) = &instance {
                    let mut held = instance.attributes.borrow_mut();
                    held.extend(class.fields.iter().cloned().zip(arguments.positional));
                    held.extend(arguments.keywords.into_iter().map(|(name, value)| (Name::new(name), value)));
                    drop(held);
                    if let Some(Value::Function(then)) = class.attribute("__post_init__") {
                        let itself =
                            Arguments { positional: vec![Value::Instance(instance.clone())], ..Arguments::default() };
                        self.call_function(&then, itself);
                    }
                }
                instance
            }
        }
    }

    /// What a `TypeDecorator` or a `UserDefinedType` comes down to on this dialect.
    fn decorated_type(&mut self, class: &Rc<Class>, arguments: Arguments) -> SqlType {
        let raised = self.raised;
        if let Some(Value::Function(method)) = class.attribute("load_dialect_impl") {
            let call = Arguments { positional: vec![Value::Decorator, Value::Dialect], ..Arguments::default() };
            let value = self.call_function(&method, call);
            self.raised = raised;
            // It may give its `impl` as it is.
            if !matches!(value, Value::Decorator) {
                return self.sql_type(&value);
            }
        } else if class.attribute("load_dialect_impl").is_some() {
            return SqlType::default();
        }
        if let Some(Value::Function(method)) = class.attribute("get_col_spec") {
            let call = Arguments { positional: vec![Value::Decorator], ..Arguments::default() };
            let value = self.call_function(&method, call);
            self.raised = raised;
            let text = value.text().and_then(|text| sqltype::spelled(&text, self.dialect()));
            return SqlType { text, enumeration: None };
        }
        let own = class.attribute("__init__");
        match class.attribute("impl") {
            // Its own `__init__` decides which arguments the type gets, or which type it is.
            Some(Value::Outside(_)) if own.is_some() => SqlType::default(),
            Some(_) if own.is_some_and(|own| may_set_its_type(&own)) => SqlType::default(),
            Some(Value::Outside(name)) => match self.construct(&name, &arguments) {
                Value::Type(kind) => (*kind).clone(),
                _ => SqlType::default(),
            },
            Some(value) => self.sql_type(&value),
            None => SqlType::default(),
        }
    }

    /// A type from a type, its class or a function that makes one.
    pub(super) fn as_type(&mut self, value: &Value) -> Value {
        let made = match value {
            Value::Type(_) => value.clone(),
            Value::Outside(name) => self.construct(name, &Arguments::default()),
            Value::Class(class) if class.nature == Nature::ColumnType => self.instantiate(class, Arguments::default()),
            _ => Value::Unknown,
        };
        if matches!(made, Value::Type(_)) { made } else { Value::Type(Rc::default()) }
    }

    pub(super) fn sql_type(&mut self, value: &Value) -> SqlType {
        match self.as_type(value) {
            Value::Type(kind) => (*kind).clone(),
            _ => SqlType::default(),
        }
    }
}

/// Whether an `__init__` speaks of its object's `impl`.
fn may_set_its_type(init: &Value) -> bool {
    struct Sets(bool);
    impl<'a> Visitor<'a> for Sets {
        fn visit_expr(&mut self, expression: &'a Expr) {
            self.0 |= matches!(expression, Expr::Attribute(attribute) if attribute.attr.as_str() == "impl");
            walk_expr(self, expression);
        }
    }
    let Value::Function(function) = init else { return true };
    let Code::Function(definition) = &function.code else { return true };
    let mut sets = Sets(false);
    sets.visit_body(&definition.body);
    sets.0
}

fn is_sqlalchemys(base: &Value) -> bool {
    matches!(base, Value::Outside(name) if name.starts_with("sqlalchemy."))
}
