namespace Valkeyrie.Etcd.Protocol;

/// <summary>A reply is not a valid message, or has content that etcd never sends.</summary>
#pragma warning disable CA1032, CA1064 // made in one place, with all it needs, and turned into another error before a caller of the assembly sees it
internal sealed class EtcdProtocolException(string message) : Exception(VisibleText.Of(message));
#pragma warning restore CA1032, CA1064
