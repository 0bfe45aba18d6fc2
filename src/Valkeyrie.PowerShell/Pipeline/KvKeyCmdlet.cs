using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A cmdlet that makes the same request for each of its keys.</summary>
/// <typeparam name="TAnswer">What is answered.</typeparam>
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

    /// <summary>Tells whether a key is to be asked about; false where the user said no.</summary>
    /// <param name="key">The key.</param>
    private protected virtual bool IsWanted(string key) => true;
}
