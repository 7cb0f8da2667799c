//! The order of what is listed, after a file that lists some of it: the file's order holds for what it names.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

/// `listed` after a file that names `named`: those that it names take one another's places in its order, what is new
/// follows what stands before it there, and everything else stays where it was.
pub fn merged<'a, Id: Eq + Hash>(listed: &[&'a Id], named: &[&'a Id]) -> Vec<&'a Id> {
    let known: HashSet<&Id> = listed.iter().copied().collect();
    let renamed: HashSet<&Id> = named.iter().copied().collect();
    let first_known = named.iter().copied().find(|id| known.contains(id));
    let mut before_first = Vec::new();
    let mut followers: HashMap<&Id, Vec<&'a Id>> = HashMap::new();
    let mut last = None;
    for id in named.iter().copied() {
        match last {
            _ if known.contains(id) => last = Some(id),
            Some(last) => followers.entry(last).or_default().push(id),
            None => before_first.push(id),
        }
    }
    let mut places = named.iter().copied().filter(|id| known.contains(id));
    let mut order = Vec::with_capacity(listed.len() + named.len());
    for id in listed.iter().copied() {
        let id = if renamed.contains(id) { places.next().unwrap_or(id) } else { id };
        if Some(id) == first_known {
            order.append(&mut before_first);
        }
        order.push(id);
        order.extend(followers.remove(id).unwrap_or_default());
    }
    order.append(&mut before_first);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(listed: &str, named: &str, expected: &str) {
        let (listed, named): (Vec<char>, Vec<char>) = (listed.chars().collect(), named.chars().collect());
        let order = merged(&listed.iter().collect::<Vec<_>>(), &named.iter().collect::<Vec<_>>());
        assert_eq!(order.into_iter().collect::<String>(), expected);
    }

    #[test]
    fn a_file_orders_what_it_names_and_nothing_else() {
        check("abcd", "abcd", "abcd");
        check("abcd", "dcba", "dcba");
        check("abcd", "ca", "cbad");
        check("abcd", "b", "abcd");
    }

    #[test]
    fn what_is_new_follows_what_stands_before_it_in_the_file() {
        check("", "xyz", "xyz");
        check("abc", "xy", "abcxy");
        check("abc", "axbyc", "axbyc");
        check("abc", "xb", "axbc");
        check("abc", "cxa", "cxba");
    }
}
