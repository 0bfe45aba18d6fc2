namespace Valkeyrie.Etcd.V2;

/// <summary>The peer does not follow the protocol of the keys API.</summary>
#pragma warning disable CA1032, CA1064 // converted to another error inside the assembly
internal sealed class KeysProtocolException(string message, Exception? inner = null) : Exception(VisibleText.Of(message), inner);
#pragma warning restore CA1032, CA1064
