// What class-validator knows of a class, looked up once: it searches the rules of all classes for those of one, at every call.
import { getMetadataStorage } from 'class-validator';

type Lookup = ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas'];
let remembered = false;

/** For a process whose classes are all loaded, and whose calls name neither groups nor a schema. */
export const rememberValidationRules = (): void => {
  if (remembered) return;
  remembered = true;
  const storage = getMetadataStorage();
  const look: Lookup = storage.getTargetValidationMetadatas.bind(storage);
  const found = new WeakMap<object, ReturnType<Lookup>>();
  storage.getTargetValidationMetadatas = (target, schema, always, strictGroups, groups) => {
    if (schema || always || strictGroups || groups) return look(target, schema, always, strictGroups, groups);
    let rules = found.get(target);
    if (!rules) found.set(target, (rules = look(target, schema, always, strictGroups, groups)));
    return rules;
  };
};
