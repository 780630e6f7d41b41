import { PolicyPack, type ResourceValidationPolicy, type StackValidationPolicy } from "@pulumi/policy";
import { regions } from "../config/regions";
import { containerRules } from "./container-rules";
import { resourceRules } from "./resource-rules";
import type { Rule, RuleOptions, StackRule } from "./rule";
import { stackRules } from "./stack-rules";
import { tagRules } from "./tag-rules";

function resourcePolicy({ name, description, types, violation }: Rule): ResourceValidationPolicy {
  return {
    name,
    description,
    configSchema: {
      properties: { regions: { type: "array", items: { type: "string" }, default: [...regions] } },
    },
    validateResource: (args, report) => {
      if (types !== undefined && !types.includes(args.type)) return;
      const message = violation(args.props, args.type, args.getConfig<RuleOptions>());
      if (message !== undefined) report(message);
    },
  };
}

function stackPolicy({ name, description, violations }: StackRule): StackValidationPolicy {
  return {
    name,
    description,
    validateStack: ({ resources }, report) => {
      const seen = resources.map(({ urn, type, name: own, propertyDependencies }) => ({
        urn,
        type,
        name: own,
        madeOf: Object.fromEntries(
          Object.entries(propertyDependencies).map(([input, sources]) => [
            input,
            sources.map((source) => source.urn),
          ]),
        ),
      }));
      for (const { message, urn } of violations(seen)) report(message, urn);
    },
  };
}

new PolicyPack("mlops", {
  description: "Rules for every environment, checked before anything is created or changed",
  enforcementLevel: "mandatory",
  policies: [
    ...[...resourceRules, ...tagRules, ...containerRules].map(resourcePolicy),
    ...stackRules.map(stackPolicy),
  ],
});
