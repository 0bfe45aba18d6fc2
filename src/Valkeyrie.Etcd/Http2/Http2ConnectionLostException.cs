namespace Valkeyrie.Etcd.Http2;

/// <summary>The connection ended.</summary>
/// <param name="message">The way in which it ended, as a sentence.</param>
/// <param name="notSent">True if the peer stated, or it is certain, that it did not act on the call.</param>
/// <param name="inner">The cause.</param>
#pragma warning disable CA1032, CA1064 // created in this folder with all arguments, and converted to another error inside the assembly
internal sealed class Http2ConnectionLostException(string message, bool notSent, Exception? inner = null) : Exception(message, inner)
{
    public bool NotSent { get; } = notSent;
}
#pragma warning restore CA1032, CA1064
