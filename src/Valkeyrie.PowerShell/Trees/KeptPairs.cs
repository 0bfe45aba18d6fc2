using System.Buffers.Binary;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>The pairs of a file that was read to check it, so that a file of usual size need not be read again to write them.</summary>
/// <remarks>They are kept as bytes, one after another. As objects they would outlive the first generation of the garbage collector, and moving them there takes longer
/// than reading the file again. This class uses only loops and no generic types with its own structures: the runtime would compile those while they run, and an
/// import usually runs in a process that has just started.</remarks>
/// <param name="most">The maximum memory for the pairs, in bytes.</param>
internal sealed class KeptPairs(long most) : IAsyncEnumerable<KvPair>
{
    /// <summary>The maximum where memory is not short: more than a million small pairs.</summary>
    public const long DefaultMost = 64L << 20;

    // Of the memory that the process may use, with a limit of a container or of the runtime.
    private const int LeastShare = 8;

    // Below the size at which an array counts as a large object: those are collected only together with everything else.
    private const int UsualBlock = 64 << 10;
    private const int Lengths = 2 * sizeof(int);

    private readonly List<Block> _blocks = [];
    private Block? _last;
    private long _bytes;

    /// <summary>The maximum in this process.</summary>
    public static long MostHere => Math.Min(DefaultMost, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / LeastShare);

    /// <summary>False if the pairs exceeded the memory, so that none are kept.</summary>
    public bool AreComplete { get; private set; } = true;

    /// <summary>Adds a pair.</summary>
    public void Add(KvPair pair)
    {
        if (!AreComplete)
        {
            return;
        }

        var key = pair.Key;
        var value = pair.GetBytes();
        var size = Lengths + ((long)key.Length * sizeof(char)) + value.Length;
        if (_last is null || _last.Bytes.Length - _last.Used < size)
        {
            var room = Math.Max(UsualBlock, size);
            _bytes += room;
            if (_bytes > most)
            {
                AreComplete = false;
                _blocks.Clear();
                _last = null;
                return;
            }

            _blocks.Add(_last = new Block((int)room));
        }

        _last.Add(key, value);
    }

    /// <summary>Returns the pairs in the order of the file.</summary>
    public List<KvPair> ToList()
    {
        List<KvPair> pairs = [];
        var reader = new Reader(_blocks);
        while (reader.MoveNext())
        {
            pairs.Add(reader.Current);
        }

        return pairs;
    }

    /// <summary>Streams the pairs in the order of the file, like the listing of a store.</summary>
    public IAsyncEnumerator<KvPair> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new Reader(_blocks);

    private sealed class Block(int size)
    {
        public byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(size);

        public int Used { get; private set; }

        public void Add(string key, byte[] value)
        {
            BinaryPrimitives.WriteInt32LittleEndian(Bytes.AsSpan(Used), key.Length);
            BinaryPrimitives.WriteInt32LittleEndian(Bytes.AsSpan(Used + sizeof(int)), value.Length);
            var at = Used + Lengths;
            foreach (var c in key)
            {
                Bytes[at++] = (byte)c;
                Bytes[at++] = (byte)(c >> 8);
            }

            Buffer.BlockCopy(value, 0, Bytes, at, value.Length);
            Used = at + value.Length;
        }
    }

    private sealed class Reader(List<Block> blocks) : IAsyncEnumerator<KvPair>
    {
        private char[] _key = new char[256];
        private int _block;
        private int _at;

        public KvPair Current { get; private set; } = null!;

        public bool MoveNext()
        {
            while (_block < blocks.Count && _at == blocks[_block].Used)
            {
                _block++;
                _at = 0;
            }

            if (_block == blocks.Count)
            {
                return false;
            }

            Current = Next(blocks[_block].Bytes);
            return true;
        }

        public ValueTask<bool> MoveNextAsync() => new(MoveNext());

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private KvPair Next(byte[] bytes)
        {
            var keyLength = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(_at));
            var value = new byte[BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(_at + sizeof(int)))];
            if (_key.Length < keyLength)
            {
                _key = new char[keyLength];
            }

            var at = _at + Lengths;
            for (var i = 0; i < keyLength; i++, at += sizeof(char))
            {
                _key[i] = (char)(bytes[at] | (bytes[at + 1] << 8));
            }

            Buffer.BlockCopy(bytes, at, value, 0, value.Length);
            _at = at + value.Length;
            return new KvPair(value) { Key = new string(_key, 0, keyLength) };
        }
    }
}
