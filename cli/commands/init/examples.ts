/** The example files, which explain every key. @module */
import dugdale from "../../../dugdale.example.yaml" with { type: "text" };
import letts from "../../../letts.example.yaml" with { type: "text" };

/** What `dugdale.example.yaml` says. */
export const DUGDALE_EXAMPLE: string = dugdale;

/** What `letts.example.yaml` says. */
export const LETTS_EXAMPLE: string = letts;
