namespace Valkeyrie.Etcd.Protocol;

/// <summary>A reply is no valid message, or says what no etcd says.</summary>
#pragma warning disable CA1032, CA1064 // made in one place, with all it needs, and told as another error before a caller of the assembly sees it
internal sealed class EtcdProtocolException(string message) : Exception(VisibleText.Of(message));
#pragma warning restore CA1032, CA1064
