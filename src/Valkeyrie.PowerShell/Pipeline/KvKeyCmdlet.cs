using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets that send the same request for each of their keys.</summary>
/// <typeparam name="TAnswer">The answer.</typeparam>
public abstract class KvKeyCmdlet<TAnswer> : KvRequestCmdlet<string, TAnswer>
{
    /// <summary>The keys.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string[] Key { get; set; } = [];

    /// <inheritdoc/>
    protected sealed override void ProcessInput()
    {
        foreach (var key in Key)
        {
            if (IsWanted(key))
            {
                Request(key, key);
            }
        }
    }

    /// <summary>True if the request for a key is to be sent; false if the user declined it.</summary>
    /// <param name="key">The key.</param>
    private protected virtual bool IsWanted(string key) => true;
}
