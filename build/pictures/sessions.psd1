# The pictures of docs/pictures. Section uses the commands of that README section as the first steps; Take is their number.
# A step is a line that is typed and entered; or a table of In (the number of the window, from 0), Type or Press, IsOpen (it is not entered) and Until (the
# awaited state: a pattern of the screen's text, in which a block is the cursor), optionally with Drawn, a pattern of its lines with their escape sequences.
# Before runs in a window before the picture begins, and is not shown.
@{
    Picture = @(
        @{
            Name        = 'first-session'
            Title       = 'A first session with Valkeyrie in PowerShell'
            Description = 'A recording: values are written, listed, written only if nobody changed them, watched, used under a lock and removed.'
            IsRecording = $true
            Section     = 'A first session'
            Window      = @(@{ Title = 'PowerShell'; Column = 96; Row = 24 })
        }
        @{
            Name        = 'completion'
            Title       = 'Tab completes keys'
            Description = 'Tab, set to show a menu, offers the keys app/db/host, app/db/port and app/db/user after Get-KvValue app/db/.'
            Window      = @(@{
                    Title = 'PowerShell'; Column = 96; Row = 4
                    Before = '$null = Connect-KvStore -Path shop.db; Set-KvValue app/db/host db01; Set-KvValue app/db/port 5432; Set-KvValue app/db/user zoe'
                })
            Step        = @(
                'Set-PSReadLineKeyHandler Tab MenuComplete'
                @{ Type = 'Get-KvValue app/db/'; IsOpen = $true }
                @{ Press = 'Tab'; Until = '█host\n.*app/db/port'; Drawn = 'app/db/host +(\e\[39m)?\e\[49m' }
            )
        }
        @{
            Name        = 'watch'
            Title       = 'A watch in one session sees what another one writes'
            Description = 'Two sessions on one file. In the left one, Watch-KvTree app shows the existing pairs, then each put and delete of the right one.'
            Window      = @(
                @{ Title = 'PowerShell'; Column = 52; Row = 10; Before = '$null = Connect-KvStore -Path shop.db; Set-KvValue app/db/host db01' }
                @{ Title = 'another PowerShell'; Column = 52; Row = 10; Before = '$null = Connect-KvStore -Path shop.db' }
            )
            Step        = @(
                @{ In = 0; Type = 'Watch-KvTree app'; Until = 'db01\n█' }
                @{ In = 1; Type = 'Set-KvValue app/db/port 5432' }
                @{ In = 0; Until = '5432\n█' }
                @{ In = 1; Type = 'Set-KvValue app/name "Zoë''s shop ✓"' }
                @{ In = 0; Until = 'shop ✓\n█' }
                @{ In = 1; Type = 'Remove-KvValue app/db/port' }
                @{ In = 0; Until = 'Delete.*\n█' }
            )
        }
        @{
            Name        = 'errors'
            Title       = 'Errors say what to do next'
            Description = 'What cannot be done, and the answers: list keys and choose; say which format the file has; see that the server runs.'
            Window      = @(@{ Title = 'PowerShell'; Column = 100; Row = 10; Before = '$null = Connect-KvStore -Path shop.db' })
            Step        = @(
                'Get-KvValue app/*'
                'Export-KvTree app app.xml'
                'Connect-KvStore localhost:23790'
            )
        }
        @{
            Name        = 'drive'
            Title       = 'The drive kv:'
            Description = 'Set-Content writes values, Set-Location goes to kv:/app, and dir lists it: one directory and two values.'
            Section     = 'A drive'
            Take        = 6
            Window      = @(@{ Title = 'PowerShell'; Column = 96; Row = 16; Before = '$null = Connect-KvStore -Path shop.db' })
        }
    )
}
