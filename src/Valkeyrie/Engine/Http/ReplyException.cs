namespace Valkeyrie.Engine.Http;

/// <summary>An answer that is not what the protocol says it should be.</summary>
/// <param name="message">What is wrong with it, as the rest of a sentence that ends with a full stop.</param>
/// <param name="inner">The cause.</param>
#pragma warning disable CA1032 // mapped to a KvException before a caller sees it
public sealed class ReplyException(string message, Exception? inner = null) : Exception(VisibleText.Of(message), inner);
#pragma warning restore CA1032
