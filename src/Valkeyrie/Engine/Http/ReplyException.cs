namespace Valkeyrie.Engine.Http;

/// <summary>The response does not follow the protocol.</summary>
/// <param name="message">The violation, as the rest of a sentence that ends with a full stop.</param>
/// <param name="inner">The cause.</param>
#pragma warning disable CA1032 // mapped to a KvException before a caller sees it
public sealed class ReplyException(string message, Exception? inner = null) : Exception(VisibleText.Of(message), inner);
#pragma warning restore CA1032
