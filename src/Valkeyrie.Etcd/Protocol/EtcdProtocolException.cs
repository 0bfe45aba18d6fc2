namespace Valkeyrie.Etcd.Protocol;

/// <summary>A reply is not a valid message, or has content that etcd never sends.</summary>
#pragma warning disable CA1032, CA1064 // created in one place with all arguments, and converted to another error inside the assembly
internal sealed class EtcdProtocolException(string message) : Exception(VisibleText.Of(message));
#pragma warning restore CA1032, CA1064
