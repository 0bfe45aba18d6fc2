using System.Runtime.InteropServices;

namespace Valkeyrie.Embedded.Sqlite;

/// <summary>Bytes at a fixed address, which SQLite reads without a copy. The memory is used again for the next ones.</summary>
internal sealed class PinnedBytes
{
    private const int LeastRoom = 256;

    private byte[] _memory = [];

    /// <summary>The address of the first byte; never zero.</summary>
    public nint Address { get; private set; }

    /// <summary>The number of bytes.</summary>
    public int Length { get; private set; }

    /// <summary>Sets the bytes.</summary>
    public void Set(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length = bytes.Length;
    }

    /// <summary>Sets the bytes to those of a key.</summary>
    public void Set(string key, KeyCodec keys) => Length = keys.Encode(key, Room(keys.MaxByteCount(key)));

    private byte[] Room(int count)
    {
        if (_memory.Length < count || Address == 0)
        {
            _memory = GC.AllocateUninitializedArray<byte>(Math.Max(LeastRoom, count), pinned: true);
            Address = Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0);
        }

        return _memory;
    }
}
