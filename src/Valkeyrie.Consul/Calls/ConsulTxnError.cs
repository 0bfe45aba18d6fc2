namespace Valkeyrie.Consul.Calls;

/// <summary>The reason why a transaction was not committed.</summary>
/// <param name="Operation">The number of the failed operation, from 0.</param>
/// <param name="Text">The server's message.</param>
internal readonly record struct ConsulTxnError(int Operation, string Text);
