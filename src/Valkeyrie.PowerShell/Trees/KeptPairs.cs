using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>The pairs of a file that was read to check it, so that a file of usual size need not be read again to write them.</summary>
/// <remarks>They are kept as bytes, one after another. As objects they would outlive the first generation of the garbage collector, and moving them there takes longer than
/// reading the file again.</remarks>
/// <param name="most">The maximum memory for the pairs, in bytes.</param>
internal sealed class KeptPairs(long most)
{
    /// <summary>The default maximum: several hundred thousand small pairs.</summary>
    public const long DefaultMost = 64L << 20;

    // Below the size at which an array counts as a large object: those are collected only together with everything else.
    private const int UsualBlock = 64 << 10;
    private const int Lengths = 2 * sizeof(int);

    // Each block with the number of bytes in use.
    private readonly List<(byte[] Bytes, int Used)> _blocks = [];
    private long _bytes;

    /// <summary>False if the pairs exceeded the memory, so that none are kept.</summary>
    public bool AreComplete { get; private set; } = true;

    /// <summary>Adds a pair.</summary>
    public void Add(KvPair pair)
    {
        if (!AreComplete)
        {
            return;
        }

        var key = MemoryMarshal.AsBytes(pair.Key.AsSpan());
        var value = pair.GetBytes();
        var size = Lengths + (long)key.Length + value.Length;
        _bytes += size;
        if (_bytes > most || size > int.MaxValue)
        {
            AreComplete = false;
            _blocks.Clear();
            return;
        }

        var room = Room((int)size);
        BinaryPrimitives.WriteInt32LittleEndian(room, key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(room[sizeof(int)..], value.Length);
        key.CopyTo(room[Lengths..]);
        value.CopyTo(room[(Lengths + key.Length)..]);
    }

    /// <summary>Returns the pairs in the order of the file.</summary>
    public IEnumerable<KvPair> Read()
    {
        foreach (var (bytes, used) in _blocks)
        {
            for (var at = 0; at < used;)
            {
                yield return Next(bytes, ref at);
            }
        }
    }

    /// <summary>Streams the pairs in the order of the file, like the listing of a store.</summary>
    public async IAsyncEnumerable<KvPair> ReadAsync()
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var pair in Read())
        {
            yield return pair;
        }
    }

    private Span<byte> Room(int size)
    {
        var last = _blocks.Count - 1;
        if (last < 0 || _blocks[last].Bytes.Length - _blocks[last].Used < size)
        {
            _blocks.Add((GC.AllocateUninitializedArray<byte>(Math.Max(UsualBlock, size)), 0));
            last++;
        }

        var (bytes, used) = _blocks[last];
        _blocks[last] = (bytes, used + size);
        return bytes.AsSpan(used, size);
    }

    private static KvPair Next(byte[] block, ref int at)
    {
        var key = BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(at));
        var value = BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(at + sizeof(int)));
        var start = at + Lengths;
        at = start + key + value;
        return new KvPair(block.AsSpan(start + key, value).ToArray())
        {
            Key = string.Create(key / sizeof(char), (block, start), static (text, from) =>
                from.block.AsSpan(from.start, text.Length * sizeof(char)).CopyTo(MemoryMarshal.AsBytes(text))),
        };
    }
}
