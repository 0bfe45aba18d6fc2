namespace Valkeyrie.Engine.Http;

/// <summary>Parses a response's body as its bytes arrive, without an intermediate document.</summary>
public interface IReplyParser
{
    /// <summary>Parses more bytes.</summary>
    /// <param name="bytes">The bytes after those consumed before.</param>
    /// <param name="final">True if no more bytes follow.</param>
    /// <returns>The number of consumed bytes. The rest, a part of a token, is passed again with more bytes after it.</returns>
    /// <exception cref="ReplyException">The bytes are not a valid response.</exception>
    int Read(ReadOnlySpan<byte> bytes, bool final);
}
