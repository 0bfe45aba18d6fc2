using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets that grant a role to users or revoke it.</summary>
public abstract class KvRoleCmdlet : KvAccessCmdlet
{
    /// <summary>The role.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string Role { get; set; } = "";

    /// <summary>The names of the users.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [TextOf("Name")]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string[] User { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var user in User)
        {
            Change(user);
        }
    }

    /// <summary>Makes the change for one user.</summary>
    private protected abstract void Change(string user);
}
