using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>The table of the keys whose newest change is a removal, with its position: the next write of such a key refers to it.</summary>
/// <remarks>Most stores have none, so a transaction asks that first, before its second search. For one key the question costs as much as the search.</remarks>
internal sealed class DeletedKeys(Connection connection)
{
    private readonly Statement _look = connection.Prepared("SELECT position FROM deleted WHERE key = ?1");
    private readonly Statement _forget = connection.Prepared("DELETE FROM deleted WHERE key = ?1");
    private readonly Statement _any = connection.Prepared("SELECT EXISTS(SELECT 1 FROM deleted)");
    private readonly Statement _remember = connection.Prepared("INSERT INTO deleted(key, position) VALUES(?1, ?2)");

    private bool _hasSearched;
    private bool? _mayHaveAny;

    /// <summary>Prepares for a new transaction.</summary>
    public void Begin()
    {
        _hasSearched = false;
        _mayHaveAny = null;
    }

    /// <summary>Checks whether there are any.</summary>
    public bool HasAny() => _mayHaveAny ??= _any.Scalar(0) != 0;

    /// <summary>Removes a key from the table.</summary>
    /// <returns>The position of its removal; 0 if the table does not have it.</returns>
    public long Take(PinnedBytes key)
    {
        var mayHaveKey = _hasSearched ? HasAny() : _mayHaveAny != false;
        _hasSearched = true;
        var position = mayHaveKey ? _look.Bind(1, key).Scalar(0) : 0;
        if (position != 0)
        {
            _forget.Bind(1, key).Run();
        }

        return position;
    }

    /// <summary>Adds a removed key.</summary>
    public void Add(PinnedBytes key, long position)
    {
        _remember.Bind(1, key).Bind(2, position).Run();
        _mayHaveAny = true;
    }

    /// <summary>Adds the keys that were removed at a position and after it.</summary>
    public void AddFrom(long first)
    {
        connection.Prepared("INSERT INTO deleted(key, position) SELECT key, position FROM history WHERE position >= ?1").Bind(1, first).Run();
        _mayHaveAny = true;
    }
}
