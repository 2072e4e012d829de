-- The views are a public contract: docs/directory.md describes each column. `txl sql` narrows them to one corp by the setting txl.corp.

CREATE VIEW departments AS
SELECT c.corp_id, d.id, d.name, d.path, d.depth, d.parent AS parent_id, d.place AS "order", d.leaders, d.state,
       coalesce(n.members, 0) AS members_direct
FROM department d JOIN corp c ON c.corp = d.corp
LEFT JOIN (SELECT m.corp, s.department, count(*) AS members FROM seat s JOIN member m ON m.person = s.person
            WHERE m.state <> 'removed' GROUP BY m.corp, s.department) n ON n.corp = d.corp AND n.department = d.id
WHERE d.state <> 'removed' AND coalesce(current_setting('txl.corp', true), '') IN ('', c.corp_id);

CREATE VIEW members_unmasked AS
SELECT c.corp_id, m.person, m.userid, m.name, m.alias, m.mobile, m.email, m.biz_mail, m.position, m.gender, m.telephone, m.address,
       m.status, m.enable, m.direct_leader AS leader_userid,
       (SELECT l.name FROM member l WHERE l.corp = m.corp AND l.userid_key = lower(m.direct_leader) AND l.state <> 'removed') AS leader_name,
       (SELECT string_agg(coalesce(d.path, 'id ' || s.department), '; ' ORDER BY s.department)
          FROM seat s LEFT JOIN department d ON d.corp = m.corp AND d.id = s.department WHERE s.person = m.person) AS departments,
       (SELECT count(*) FROM seat s WHERE s.person = m.person) AS seats,
       (SELECT coalesce(d.path, 'id ' || s.department)
          FROM seat s LEFT JOIN department d ON d.corp = m.corp AND d.id = s.department
         WHERE s.person = m.person AND s.is_main = 1 ORDER BY s.department LIMIT 1) AS main_department,
       m.external_position, m.extattr, m.external_profile, m.state, m.hidden, ~m.hidden & ~(m.shown_app | m.shown_sync) & 134216767 AS stale, m.read_at
FROM member m JOIN corp c ON c.corp = m.corp
WHERE m.state <> 'removed' AND coalesce(current_setting('txl.corp', true), '') IN ('', c.corp_id);

CREATE VIEW members AS
SELECT corp_id, person, userid, name, alias,
       CASE WHEN length(mobile) > 4 THEN '****' || right(mobile, 4) WHEN mobile <> '' THEN '****' ELSE mobile END AS mobile,
       CASE WHEN strpos(email, '@') > 1 THEN left(email, 1) || '***' || substr(email, strpos(email, '@')) WHEN email <> '' THEN '***' ELSE email END AS email,
       CASE WHEN strpos(biz_mail, '@') > 1 THEN left(biz_mail, 1) || '***' || substr(biz_mail, strpos(biz_mail, '@')) WHEN biz_mail <> '' THEN '***' ELSE biz_mail END AS biz_mail,
       position, gender,
       CASE WHEN length(telephone) > 4 THEN '****' || right(telephone, 4) WHEN telephone <> '' THEN '****' ELSE telephone END AS telephone,
       CASE WHEN address <> '' THEN '***' ELSE address END AS address,
       status, enable, leader_userid, leader_name, departments, seats, main_department, external_position, state, hidden, stale, read_at
FROM members_unmasked;

CREATE VIEW tag_members AS
SELECT c.corp_id, t.id AS tag_id, t.name AS tag_name, tm.userid,
       (SELECT m.name FROM member m WHERE m.corp = t.corp AND m.userid_key = tm.userid_key AND m.state <> 'removed') AS name,
       t.members_complete
FROM tag t JOIN corp c ON c.corp = t.corp JOIN tag_member tm ON tm.corp = t.corp AND tm.tag = t.id
WHERE t.state <> 'removed' AND coalesce(current_setting('txl.corp', true), '') IN ('', c.corp_id);

CREATE VIEW changes AS
SELECT c.corp_id, h.seq, h.at, h.kind, h.id, h.person, h.action, h.fields, h.cause, h.operator
FROM change h JOIN corp c ON c.corp = h.corp
WHERE coalesce(current_setting('txl.corp', true), '') IN ('', c.corp_id);
