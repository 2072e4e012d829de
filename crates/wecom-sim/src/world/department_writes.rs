//! Creates, changes and deletes departments. The API, the console and import jobs use the same rules.

use super::{
    changes::{Actor, ContactsChange},
    corp::Corp,
    departments::{Department, ROOT, Tongue},
    fail::Fail,
    forms::DepartmentForm,
    state::World,
};

/// Maximum depth; the root is level 1.
pub(crate) const LEVELS: usize = 15;
pub(crate) const DEPARTMENTS_OF_CORP: usize = 30_000;
/// Maximum number of characters of a department's name.
const LONGEST_NAME: usize = 64;

impl World {
    /// Creates a department (创建部门) and returns its id.
    ///
    /// Official: [创建部门](https://developer.work.weixin.qq.com/document/path/90205)
    pub(crate) fn create_department(
        &mut self,
        corp: usize,
        actor: Actor,
        form: &DepartmentForm,
    ) -> Result<u32, Fail> {
        let refuse_zero = self.choices.refuse_department_zero;
        let home = self.corp(corp);
        let name = form.name.clone().unwrap_or_default();
        check_name(&name)?;
        let name_en = form.name_en.clone().unwrap_or_default();
        if form.name_en.is_some() {
            check_english_name(&name_en)?;
        }
        let parent = home.required_parent(form.parent, 60004)?;
        let id = match form.id {
            None => home.departments.next_id(),
            Some(0) if !refuse_zero => home.departments.next_id(),
            Some(id) => u32::try_from(id).ok().filter(|id| *id > 0).ok_or_else(|| Fail::of(60123))?,
        };
        if home.departments.contains(id) {
            return Err(existed(id));
        }
        home.check_free(None, parent, &name, &name_en)?;
        if home.departments.len() >= DEPARTMENTS_OF_CORP {
            return Err(Fail::of(81001));
        }
        home.room_in(parent)?;
        if home.departments.level(parent) >= LEVELS {
            return Err(Fail::of(81002));
        }
        let order = match form.order {
            None => home.departments.last_order(parent),
            Some(order) => u32::try_from(order).map_err(|_| Fail::of(40058))?,
        };
        self.corp_mut(corp).departments.insert(Department {
            id,
            name: name.clone(),
            name_en,
            parent,
            order,
            children: Vec::new(),
        });
        self.record(corp, actor, ContactsChange::DepartmentCreated { id, name, parent, order });
        Ok(id)
    }

    /// Changes the given fields of a department (更新部门). A new parent moves the subtree.
    ///
    /// Official: [更新部门](https://developer.work.weixin.qq.com/document/path/90206)
    pub(crate) fn update_department(
        &mut self,
        corp: usize,
        actor: Actor,
        form: &DepartmentForm,
    ) -> Result<(), Fail> {
        let home = self.corp(corp);
        let old = home.required_department(form.id)?.clone();
        let mut new = old.clone();
        if let Some(name) = &form.name {
            check_name(name)?;
            new.name.clone_from(name);
        }
        if let Some(name_en) = &form.name_en {
            if !name_en.is_empty() {
                check_english_name(name_en)?;
            }
            new.name_en.clone_from(name_en);
        }
        if let Some(order) = form.order {
            new.order = u32::try_from(order).map_err(|_| Fail::of(40058))?;
        }
        if form.parent.is_some_and(|parent| parent != i64::from(old.parent)) {
            new.parent = home.required_parent(form.parent, 60124)?;
            home.check_move(old.id, new.parent)?;
        }
        home.check_free(Some(old.id), new.parent, &new.name, &new.name_en)?;
        let change = ContactsChange::DepartmentUpdated {
            id: old.id,
            name: (new.name != old.name).then(|| new.name.clone()),
            parent: (new.parent != old.parent).then_some(new.parent),
        };
        if new != old {
            self.corp_mut(corp).departments.replace(new);
            self.record(corp, actor, change);
        }
        Ok(())
    }

    /// Deletes an empty department (删除部门).
    ///
    /// Official: [删除部门](https://developer.work.weixin.qq.com/document/path/90207)
    pub(crate) fn delete_department(&mut self, corp: usize, actor: Actor, id: i64) -> Result<(), Fail> {
        let home = self.corp(corp);
        let department = home.required_department(Some(id)).map_err(|_| Fail::of(60123))?;
        let id = department.id;
        // Members are checked first, also those of the root, as recorded live.
        if home.members.count_in(id) > 0 {
            return Err(Fail::of(60005));
        }
        if id == ROOT {
            return Err(Fail::of(60007));
        }
        if !department.children.is_empty() {
            return Err(Fail::of(60006));
        }
        let home = self.corp_mut(corp);
        home.departments.remove(id);
        home.tags.forget_department(id);
        for app in &mut home.apps {
            app.range.departments.retain(|visible| *visible != id);
        }
        self.record(corp, actor, ContactsChange::DepartmentDeleted { id });
        Ok(())
    }
}

/// Checks a name: 1–64 characters, without the characters that the page lists. The codes are as recorded live.
fn check_name(name: &str) -> Result<(), Fail> {
    if name.is_empty() {
        return Err(Fail::new(40058, "name exceed min utf8 words 1"));
    }
    if name.chars().nth(LONGEST_NAME).is_some() {
        return Err(Fail::of(60001));
    }
    check_characters(name)
}

/// Checks an English name by the same rules, with other codes.
fn check_english_name(name: &str) -> Result<(), Fail> {
    if name.is_empty() {
        return Err(Fail::of(60001));
    }
    if name.chars().nth(LONGEST_NAME).is_some() {
        return Err(Fail::new(40058, format!("name_en exceed max utf8 words {LONGEST_NAME}")));
    }
    check_characters(name)
}

fn check_characters(name: &str) -> Result<(), Fail> {
    if name.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) {
        return Err(Fail::of(60009));
    }
    Ok(())
}

/// The refusal for a used name or id. Its text contains the existing department, as seen live.
fn existed(id: u32) -> Fail {
    Fail::new(60008, format!("department existed:{id}"))
}

impl Corp {
    fn required_parent(&self, parent: Option<i64>, unknown: i32) -> Result<u32, Fail> {
        parent
            .and_then(|id| u32::try_from(id).ok())
            .filter(|id| self.departments.contains(*id))
            .ok_or_else(|| Fail::of(unknown))
    }

    fn check_free(&self, own: Option<u32>, parent: u32, name: &str, name_en: &str) -> Result<(), Fail> {
        for (tongue, name) in [(Tongue::Main, name), (Tongue::English, name_en)] {
            match self.departments.child_named(parent, tongue, name) {
                Some(holder) if Some(holder) != own => return Err(existed(holder)),
                _ => {}
            }
        }
        Ok(())
    }

    fn check_move(&self, id: u32, parent: u32) -> Result<(), Fail> {
        if self.departments.upwards(parent).any(|above| above == id) {
            return Err(Fail::of(60010));
        }
        self.room_in(parent)?;
        if self.departments.level(parent) + self.departments.height(id) > LEVELS {
            return Err(Fail::of(81002));
        }
        Ok(())
    }
}
