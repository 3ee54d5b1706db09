// Questions to the ledger. Only trusted documents are asked: the page holds the hash of each, the program its text.
import {
  Client,
  createRequest,
  fetchExchange,
  makeOperation,
  type CombinedError,
  type OperationContext,
  type TypedDocumentNode,
} from "@urql/core";
import { onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref, type ShallowRef } from "vue";
import { keep, login } from "@/shared/session";

/** The document as the client wants it: no text, only the name of what the program holds. */
function trusted<Data, Variables extends object>(document: TypedDocumentNode<Data, Variables>): TypedDocumentNode<Data, Variables> {
  const { documentId } = (document as unknown as { __meta__: { documentId: string } }).__meta__;
  return { kind: "Document", definitions: [], documentId } as unknown as TypedDocumentNode<Data, Variables>;
}

const context: OperationContext = {
  url: "/graphql",
  preferGetMethod: false,
  requestPolicy: "network-only",
  fetchOptions: () => ({ headers: login.value ? { authorization: `Bearer ${login.value.token}` } : {} }),
};
const client = new Client({
  ...context,
  // Nothing is kept between questions: a number and the list behind it are read at one position, and say which.
  exchanges: [fetchExchange],
});

/** What went wrong with a question, in the words of the service, or that it could not be reached. */
export interface Failure {
  code: string;
  zh: string;
  en: string;
}

const UNREACHABLE: Failure = {
  code: "E-NETWORK",
  zh: "无法连接服务，请稍后重试。",
  en: "The service cannot be reached; try again in a moment.",
};

function failure(error: CombinedError): Failure {
  const [first] = error.graphQLErrors;
  if (!first) return UNREACHABLE;
  const { code, messageZh, messageEn } = first.extensions as { code?: string; messageZh?: string; messageEn?: string };
  // The service says in one message what it does not say twice: Chinese, a slash, English.
  return { code: code ?? "E-UNKNOWN", zh: messageZh ?? first.message, en: messageEn ?? first.message };
}

/** Asks once. A login that is over ends here, so that the shell shows the way back in. */
export async function ask<Data, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<{ data: Data | null; failure: Failure | null }> {
  // Made here, since the client's own way wants to find a definition in the document when it is not built for production.
  const operation = makeOperation("query", createRequest(trusted(document), variables as never), context);
  const answer = await client.executeRequestOperation(operation).toPromise();
  const failed = answer.error ? failure(answer.error) : null;
  if (failed?.code === "UNAUTHENTICATED") keep(null);
  return { data: (answer.data as Data | undefined) ?? null, failure: failed };
}

/** A question that is asked again whenever its variables change; null variables ask nothing. */
export interface Asked<Data> {
  data: ShallowRef<Data | null>;
  failure: ShallowRef<Failure | null>;
  /** True while an answer is awaited; the last one stays on the page meanwhile. */
  waiting: Ref<boolean>;
  again: () => Promise<void>;
}

function useAnswer<Given, Data>(
  given: () => Given | null,
  put: (given: Given) => Promise<{ data: Data | null; failure: Failure | null }>,
): Asked<Data> {
  const data = shallowRef<Data | null>(null);
  const failed = shallowRef<Failure | null>(null);
  const waiting = ref(false);
  let turn = 0;
  const again = async (): Promise<void> => {
    const now = given();
    if (now === null) return;
    const mine = ++turn;
    waiting.value = true;
    const answer = await put(now);
    // Whoever asked later is answered; a slow answer to an old question is dropped.
    if (mine !== turn) return;
    if (answer.data) data.value = answer.data;
    failed.value = answer.failure;
    waiting.value = false;
  };
  watch(() => JSON.stringify(given()), again, { immediate: true });
  onScopeDispose(() => turn++);
  return { data, failure: failed, waiting, again };
}

export function useAsk<Data, Variables extends object>(
  document: MaybeRefOrGetter<TypedDocumentNode<Data, Variables>>,
  variables: MaybeRefOrGetter<Variables | null>,
): Asked<Data> {
  const given = (): { of: TypedDocumentNode<Data, Variables>; variables: Variables } | null => {
    const now = toValue(variables);
    return now && { of: toValue(document), variables: now };
  };
  return useAnswer(given, ({ of, variables: now }) => ask(of, now));
}

/** The same question at several moments or places: the answers in that order, null for one that failed. */
export function useAskEach<Data, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: () => Variables[] | null,
): Asked<(Data | null)[]> {
  return useAnswer(variables, async (all) => {
    const answers = await Promise.all(all.map((each) => ask(document, each)));
    return { data: answers.map(({ data }) => data), failure: answers.find(({ failure }) => failure)?.failure ?? null };
  });
}
