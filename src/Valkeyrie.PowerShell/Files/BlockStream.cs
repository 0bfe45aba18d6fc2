using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Valkeyrie.PowerShell.Files;

/// <summary>Reads an open file from its beginning in blocks, and checks each block before its bytes are used.</summary>
/// <param name="handle">The file, which is not closed.</param>
/// <param name="check">Called with each block, in order: its number from 0, and its bytes. Only the last one is shorter than <see cref="BlockSize"/>.
/// It throws to refuse the block. The end of the file is an empty block.</param>
internal sealed class BlockStream(SafeFileHandle handle, Action<int, ReadOnlyMemory<byte>> check) : ReadOnlyStream
{
    /// <summary>The size of a block in bytes.</summary>
    public const int BlockSize = 64 * 1024;

    private readonly byte[] _block = new byte[BlockSize];
    private int _number = -1;
    private int _length = BlockSize;
    private int _at = BlockSize;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_at == _length)
        {
            if (_length < BlockSize)
            {
                return 0;
            }

            await FillAsync(cancellationToken).ConfigureAwait(false);
        }

        var count = Math.Min(buffer.Length, _length - _at);
        _block.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        var offset = ++_number * (long)BlockSize;
        var length = 0;
        while (length < BlockSize
            && await RandomAccess.ReadAsync(handle, _block.AsMemory(length), offset + length, cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            length += count;
        }

        check(_number, _block.AsMemory(0, length));
        _length = length;
        _at = 0;
    }
}

/// <summary>Stores a digest of each block of a file, to recognize a file of any size.</summary>
internal sealed class BlockDigests
{
    private readonly List<byte[]> _digests = [];
    private bool _areAll;

    /// <summary>Adds a new block, or compares a known one.</summary>
    /// <param name="number">Its number, from 0.</param>
    /// <param name="block">Its bytes. A short block is the last one.</param>
    /// <returns>False if the block differs from the first reading.</returns>
    public bool Admit(int number, ReadOnlyMemory<byte> block)
    {
        var digest = SHA256.HashData(block.Span);
        if (number < _digests.Count)
        {
            return digest.AsSpan().SequenceEqual(_digests[number]);
        }

        if (_areAll)
        {
            return false;
        }

        _digests.Add(digest);
        _areAll = block.Length < BlockStream.BlockSize;
        return true;
    }
}
