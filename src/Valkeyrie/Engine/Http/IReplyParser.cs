namespace Valkeyrie.Engine.Http;

/// <summary>Reads an answer's body as its bytes come in, without a document in between.</summary>
public interface IReplyParser
{
    /// <summary>Reads on.</summary>
    /// <param name="bytes">What follows on the bytes consumed before.</param>
    /// <param name="final">True if nothing comes after.</param>
    /// <returns>How many bytes were consumed; the rest, part of a token, is handed over again with more after it.</returns>
    /// <exception cref="ReplyException">It is not what it should be.</exception>
    int Read(ReadOnlySpan<byte> bytes, bool final);
}
