namespace Valkeyrie.Consul.Calls;

/// <summary>Why a transaction was not made.</summary>
/// <param name="Operation">Which of its operations did not hold, from 0.</param>
/// <param name="Text">What the server said.</param>
internal readonly record struct ConsulTxnError(int Operation, string Text);
