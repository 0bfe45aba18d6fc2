using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Valkeyrie;

/// <summary>The capabilities of a store with directories.</summary>
public interface IStoreWithDirectories : IKvStore, IKvDirectories
{
}

/// <summary>A store that wraps another one, counts its calls, and can withhold answers.</summary>
public class CountedStore : DispatchProxy
{
    private IKvStore _inner;

    /// <summary>The names of all calls so far.</summary>
    public List<string> Calls { get; } = new List<string>();

    /// <summary>The options of all listings so far.</summary>
    public List<KvEntryOptions> Listings { get; } = new List<KvEntryOptions>();

    /// <summary>The number of entries that were read from them.</summary>
    public int EntriesRead { get; private set; }

    /// <summary>True to answer no listing before it is canceled.</summary>
    public bool IsAway { get; set; }

    /// <summary>The number of canceled listings.</summary>
    public int GivenUp { get; private set; }

    public static IStoreWithDirectories Before(IKvStore inner)
    {
        var store = Create<IStoreWithDirectories, CountedStore>();
        Of(store)._inner = inner;
        return store;
    }

    public static CountedStore Of(IStoreWithDirectories store) => (CountedStore)(object)store;

    public void Forget()
    {
        Calls.Clear();
        Listings.Clear();
        EntriesRead = 0;
    }

    protected override object Invoke(MethodInfo method, object[] arguments)
    {
        if (method.Name == "get_Info")
        {
            return _inner.Info;
        }

        if (method.Name == nameof(IKvStore.TryGetCapability))
        {
            arguments[0] = method.GetGenericArguments()[0].IsInstanceOfType(this) ? this : null;
            return arguments[0] != null;
        }

        Calls.Add(method.Name);
        if (method.Name != nameof(IKvDirectories.ListEntriesAsync))
        {
            return method.Invoke(_inner, arguments);
        }

        Listings.Add((KvEntryOptions)arguments[1]);
        return ListAsync((KvRange)arguments[0], (KvEntryOptions)arguments[1], (CancellationToken)arguments[2]);
    }

    private async IAsyncEnumerable<KvEntry> ListAsync(KvRange directory, KvEntryOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (IsAway)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                GivenUp++;
            }
        }

        await foreach (var entry in ((IKvDirectories)_inner).ListEntriesAsync(directory, options, cancellationToken))
        {
            EntriesRead++;
            yield return entry;
        }
    }
}
